//! The few words of an EXIF block (TIFF structure) that templates show: description and date.

/// Words of an EXIF block.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Tags {
    /// `ImageDescription`.
    pub(super) description: Option<String>,
    /// `DateTimeOriginal`, else `DateTime`.
    pub(super) created: Option<String>,
}

const IMAGE_DESCRIPTION: u16 = 0x010e;
const DATE_TIME: u16 = 0x0132;
const EXIF_IFD: u16 = 0x8769;
const DATE_TIME_ORIGINAL: u16 = 0x9003;

/// Reads a block; a broken one gives what could be read.
pub(super) fn read(block: &[u8]) -> Tags {
    let block = block.strip_prefix(b"Exif\0\0").unwrap_or(block);
    let Some(reader) = Reader::new(block) else { return Tags::default() };
    let mut tags = Tags::default();
    let mut changed = None;
    let mut detail = None;
    reader.directory(reader.number32(4), |tag, at| match tag {
        IMAGE_DESCRIPTION => tags.description = reader.text(at),
        DATE_TIME => changed = reader.text(at),
        EXIF_IFD => detail = reader.number32(at + 8),
        _ => {}
    });
    reader.directory(detail, |tag, at| {
        if tag == DATE_TIME_ORIGINAL {
            tags.created = reader.text(at);
        }
    });
    tags.created = tags.created.or(changed);
    tags
}

struct Reader<'a> {
    bytes: &'a [u8],
    little: bool,
}

impl<'a> Reader<'a> {
    fn new(bytes: &'a [u8]) -> Option<Self> {
        match bytes.get(..2)? {
            b"II" => Some(Self { bytes, little: true }),
            b"MM" => Some(Self { bytes, little: false }),
            _ => None,
        }
    }

    fn number16(&self, at: usize) -> Option<u16> {
        let bytes: [u8; 2] = self.bytes.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(if self.little { u16::from_le_bytes(bytes) } else { u16::from_be_bytes(bytes) })
    }

    fn number32(&self, at: usize) -> Option<usize> {
        let bytes: [u8; 4] = self.bytes.get(at..at.checked_add(4)?)?.try_into().ok()?;
        Some(if self.little { u32::from_le_bytes(bytes) } else { u32::from_be_bytes(bytes) } as usize)
    }

    /// Calls `entry` with each tag of a directory and where its entry begins.
    fn directory(&self, at: Option<usize>, mut entry: impl FnMut(u16, usize)) {
        let Some(at) = at else { return };
        let count = self.number16(at).unwrap_or_default();
        for index in 0..usize::from(count) {
            let place = at + 2 + index * 12;
            let Some(tag) = self.number16(place) else { return };
            entry(tag, place);
        }
    }

    /// The text of an entry; short ones lie in the entry itself.
    fn text(&self, entry: usize) -> Option<String> {
        let length = self.number32(entry + 4)?;
        let start = if length <= 4 { entry + 8 } else { self.number32(entry + 8)? };
        let bytes = self.bytes.get(start..start.checked_add(length)?)?;
        let text = String::from_utf8_lossy(bytes).trim_end_matches('\0').trim().to_owned();
        (!text.is_empty()).then_some(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_broken_block_says_nothing() {
        assert_eq!(read(b"II*\0\xff\xff\xff\xff"), Tags::default());
        assert_eq!(read(b""), Tags::default());
    }
}
