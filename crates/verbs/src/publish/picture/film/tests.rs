use super::*;

const MP4: &[u8] = include_bytes!("../fixtures/kitchen.mp4");
const MOV: &[u8] = include_bytes!("../fixtures/kitchen.mov");
const WEBM: &[u8] = include_bytes!("../fixtures/kitchen.webm");
const PIECES: &[u8] = include_bytes!("../fixtures/in-pieces.mp4");

fn has(file: &[u8], words: &[u8]) -> bool {
    file.windows(words.len()).any(|w| w == words)
}

#[test]
fn a_head_says_what_it_is() {
    let seen = |file| head(file).map(|h| (h.mime, h.width, h.height, h.length_ms));
    assert_eq!(seen(MP4), Some(("video/mp4", 64, 48, 2000)));
    assert_eq!(seen(MOV), Some(("video/quicktime", 64, 48, 2000)));
    assert_eq!(seen(WEBM), Some(("video/webm", 64, 48, 2000)));
    // Written in pieces, the head does not know yet how long it will be.
    assert_eq!(seen(PIECES), Some(("video/mp4", 64, 48, 0)));
    assert!([MP4, MOV, WEBM, PIECES].iter().all(|f| is_film(f)));
    for other in [b"".as_slice(), b"ftyp", include_bytes!("../fixtures/plain.avif"), include_bytes!("../fixtures/gps.jpg")] {
        assert!(!is_film(other));
    }
}

#[test]
fn held_upright_it_is_upright() {
    let mut file = MP4.to_vec();
    let at = find(&file, 0..file.len(), &[b"moov", b"trak", b"tkhd"]).unwrap().content.start + 40;
    // A quarter turn: a and d are 0, b and c are 1 and -1.
    for (place, value) in [(0, 0_u32), (4, 0x0001_0000), (12, 0xffff_0000), (16, 0)] {
        file[at + place..at + place + 4].copy_from_slice(&value.to_be_bytes());
    }
    assert_eq!(head(&file).map(|h| (h.width, h.height)), Some((48, 64)));
}

#[test]
fn notes_are_blotted_out_and_nothing_moves() {
    for (file, words) in [
        (MP4, &[b"Our kitchen".as_slice(), b"made at home"][..]),
        (MOV, &[b"+52.3702", b"Our kitchen"]),
        (WEBM, &[b"+52.3702", b"Our kitchen"]),
    ] {
        let mut bare = file.to_vec();
        assert!(words.iter().all(|w| has(&bare, w)));
        strip(&mut bare).unwrap();
        for words in [b"52.3702".as_slice(), b"Our kitchen", b"made at home"] {
            assert!(!has(&bare, words), "{}", String::from_utf8_lossy(words));
        }
        assert_eq!((bare.len(), head(&bare)), (file.len(), head(file)));
        // The film itself is untouched.
        let film = |f: &[u8]| find(f, 0..f.len(), &[b"mdat"]).map(|m| f[m.whole].to_vec());
        assert_eq!(film(&bare), film(file));
        // Nor does a second time do harm.
        let mut again = bare.clone();
        strip(&mut again).unwrap();
        assert_eq!(again, bare);
    }
}

#[test]
fn when_it_was_taken_goes_too() {
    let mut file = MP4.to_vec();
    let at = find(&file, 0..file.len(), &[b"moov", b"mvhd"]).unwrap().content.start + 4;
    file[at..at + 8].copy_from_slice(&[7; 8]);
    strip(&mut file).unwrap();
    assert_eq!(file[at..at + 8], [0; 8]);
}

#[test]
fn a_torn_or_lying_file_is_refused_and_never_read_beyond_its_end() {
    for file in [MP4, MOV, WEBM, PIECES] {
        for end in 0..file.len() {
            let mut torn = file[..end].to_vec();
            head(&torn);
            strip(&mut torn);
        }
        for at in 0..file.len() {
            for value in [0, 1, 0x7f, 0xff] {
                let mut bent = file.to_vec();
                bent[at] = value;
                head(&bent);
                strip(&mut bent);
            }
        }
    }
}
