//! The weights that ship, and the file they stand in: for each judgement a table of hashes, each with its rarity and a weight a label in
//! small whole numbers. Made by `cargo x train kinds`; little-endian throughout.

use std::sync::LazyLock;

use super::features::Lexicon;
use super::learn::{Chances, Taught};

static SHIPPED: LazyLock<Shipped> =
    LazyLock::new(|| Shipped::read(include_bytes!("weights.bin")).expect("the weights that ship are whole"));

/// The two judgements.
#[derive(Clone, Debug)]
pub struct Shipped {
    pub does: Taught,
    pub side: Taught,
}

/// How the file begins; the last character counts the forms it has had.
const NAME: &[u8; 8] = b"hobkind1";

impl Shipped {
    /// The weights in this program.
    pub fn get() -> &'static Shipped {
        &SHIPPED
    }
    pub fn read(bytes: &[u8]) -> Option<Shipped> {
        let mut reader = Reader(bytes.strip_prefix(NAME)?);
        let shipped = Shipped { does: reader.taught()?, side: reader.taught()? };
        reader.0.is_empty().then_some(shipped)
    }
    pub fn write(&self) -> Vec<u8> {
        let mut bytes = NAME.to_vec();
        write(&self.does, &mut bytes);
        write(&self.side, &mut bytes);
        bytes
    }
}

fn write(taught: &Taught, bytes: &mut Vec<u8>) {
    let (places, labels) = (taught.lexicon.len(), taught.labels);
    let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX).to_le_bytes();
    bytes.extend(count(labels));
    bytes.extend(count(places));
    let all = 0..u32::try_from(places).unwrap_or(u32::MAX);
    let (weights, biases) = taught.weights.split_at(places * labels);
    let scales: Vec<f32> = (0..labels)
        .map(|l| weights.iter().skip(l).step_by(labels).fold(1e-6_f32, |most, w| most.max(w.abs())) / f32::from(i8::MAX))
        .collect();
    let chances = &taught.chances;
    let figures = std::iter::once(&chances.slope).chain(&chances.offsets).chain(&chances.favours).chain(biases).chain(&scales);
    bytes.extend(figures.flat_map(|f| f.to_le_bytes()));
    bytes.extend(all.clone().flat_map(|p| taught.lexicon.hash(p).to_le_bytes()));
    bytes.extend(all.map(|p| taught.lexicon.rarity(p)));
    bytes.extend(weights.iter().enumerate().map(|(at, w)| ((w / scales[at % labels]).round() as i8).cast_unsigned()));
}

struct Reader<'b>(&'b [u8]);

impl Reader<'_> {
    fn take(&mut self, n: usize) -> Option<&[u8]> {
        let (taken, rest) = self.0.split_at_checked(n)?;
        self.0 = rest;
        Some(taken)
    }
    fn words<T>(&mut self, n: usize, read: impl Fn([u8; 4]) -> T) -> Option<Vec<T>> {
        let bytes = self.take(n.checked_mul(4)?)?;
        Some(bytes.chunks_exact(4).map(|b| read([b[0], b[1], b[2], b[3]])).collect())
    }
    fn taught(&mut self) -> Option<Taught> {
        let sizes = self.words(2, u32::from_le_bytes)?;
        let (labels, places) = (sizes[0] as usize, sizes[1] as usize);
        let mut figures = |n| self.words(n, f32::from_le_bytes);
        let chances = Chances { slope: figures(1)?[0], offsets: figures(labels)?, favours: figures(labels)? };
        let (biases, scales) = (figures(labels)?, figures(labels)?);
        let hashes = self.words(places, u32::from_le_bytes)?;
        let rarity = self.take(places)?.to_vec();
        let small = self.take(places.checked_mul(labels)?)?;
        let mut weights: Vec<f32> = small.iter().enumerate().map(|(at, w)| f32::from(w.cast_signed()) * scales[at % labels]).collect();
        weights.extend(biases);
        Some(Taught { lexicon: Lexicon::new(hashes, rarity), labels, weights, chances })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_read_as_it_was_written_and_no_other() {
        let bytes = include_bytes!("weights.bin");
        let shipped = Shipped::read(bytes).unwrap();
        assert_eq!((shipped.does.labels, shipped.side.labels), (5, 2));
        // Written again, it is the same: small whole numbers survive the way there and back.
        assert!(shipped.write() == bytes);
        assert!(Shipped::read(&bytes[..bytes.len() - 1]).is_none() && Shipped::read(b"hobkind9").is_none());
        assert!(bytes.len() < 1_500_000, "{} bytes are in every binary", bytes.len());
    }
}
