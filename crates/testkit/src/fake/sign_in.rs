//! Its sign-in: by a handle alone.

use super::*;

#[async_trait]
impl SignIn for FakeNetwork {
    fn form(&self) -> &'static [Field] {
        &[Field {
            key: "handle",
            label: "Your handle",
            help: "As others write it.",
            placeholder: "ada@plaza",
            is_secret: false,
            is_required: true,
        }]
    }
    fn key_of(&self, secret: &Secret) -> Option<String> {
        Some(format!("key-{}", secret.reveal()))
    }
    async fn begin(&self, _http: &Http, answers: &Answers, _back_to: Option<&str>, _now: Timestamp) -> Answer<Step> {
        let handle = answers.get("handle").filter(|h| !h.is_empty()).ok_or_else(|| NetworkError::Refused("a handle is needed".into()))?;
        let profile = self.profile_of(handle);
        let server = format!("https://{}.example", self.about.key);
        Ok(Step::Done(Box::new(Arrival { network: self.key(), server, profile, rules: rules(), secret: Secret::new("fake-1") })))
    }
    async fn finish(&self, _http: &Http, _returned: &Returned, _now: Timestamp) -> Answer<Arrival> {
        Err(NetworkError::NotOffered)
    }
    async fn refresh(&self, call: &Call<'_>) -> Answer<Secret> {
        self.meet(Op::Refresh)?;
        Ok(Secret::new(format!("{}+", call.secret.reveal())))
    }
    async fn look_again(&self, call: &Call<'_>) -> Answer<(Profile, Rules)> {
        Ok((self.profile_of(&call.account.handle), rules()))
    }
}
