//! Looking people up, following and muting them, in the network of our own making.

use async_trait::async_trait;
use model::Profile;
use networks::*;

use super::{FakeNetwork, Op};

#[async_trait]
impl People for FakeNetwork {
    async fn profile(&self, _call: &Call<'_>, handle: &str) -> Answer<Profile> {
        self.meet(Op::Profile)?;
        self.world().profiles.get(handle.trim_start_matches('@')).cloned().ok_or(NetworkError::NotThere)
    }
    fn can_follow(&self) -> bool {
        true
    }
    async fn following(&self, call: &Call<'_>, whose: Option<&Profile>, _from: &Cursor) -> Answer<Batch<Profile>> {
        self.meet(Op::Profile)?;
        let of = whose.map_or(call.account.handle.as_str(), |p| p.handle.as_str());
        let whom: Vec<String> = self.world().follows.iter().filter(|f| f.0 == of).map(|f| f.1.clone()).collect();
        Ok(Batch { items: whom.iter().map(|h| self.profile_of(h)).collect(), next: Cursor::default(), has_more: false })
    }
    async fn bind(&self, call: &Call<'_>, who: &Profile, bond: Bond) -> Answer<()> {
        self.unbind(call, who, bond).await?;
        let (us, them) = (call.account.handle.clone(), who.handle.clone());
        match bond {
            Bond::Follow => self.world().follows.push((us, them, call.now)),
            Bond::Mute => drop(self.world().mutes.insert((us, them))),
        }
        Ok(())
    }
    async fn unbind(&self, call: &Call<'_>, who: &Profile, bond: Bond) -> Answer<()> {
        let is_it = |us: &str, them: &str| us == call.account.handle && them == who.handle;
        match bond {
            Bond::Follow => self.world().follows.retain(|f| !is_it(&f.0, &f.1)),
            Bond::Mute => self.world().mutes.retain(|m| !is_it(&m.0, &m.1)),
        }
        Ok(())
    }
}
