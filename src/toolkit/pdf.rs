//! A guide as a tagged PDF (PDF/UA-1), set by Typst from strings: no file, no network, no clock.
//!
//! Entry point: [`compile`]. The same source gives the same bytes. Without the cargo feature `pdf` it refuses.

#[cfg(feature = "pdf")]
use std::collections::BTreeMap;

/// A finished document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pdf {
    /// The file.
    pub bytes: Vec<u8>,
    /// How many pages it has.
    pub pages: usize,
}

/// Whether this program can make PDFs.
pub const AVAILABLE: bool = cfg!(feature = "pdf");

/// The look of every guide; part of what a PDF is made from.
pub const STYLE: &str = include_str!("guide.typ");

/// Sets `main` (Typst markup importing `/guide.typ`) with the pictures it names. Errors are Typst's own words.
#[cfg(feature = "pdf")]
pub fn compile(main: String, pictures: BTreeMap<String, Vec<u8>>, ident: &str) -> anyhow::Result<Pdf> {
    engine::compile(main, pictures, ident)
}

/// Refuses: this program was built without the feature `pdf`.
#[cfg(not(feature = "pdf"))]
pub fn compile(_: String, _: std::collections::BTreeMap<String, Vec<u8>>, _: &str) -> anyhow::Result<Pdf> {
    anyhow::bail!("this program was built without PDF")
}

#[cfg(feature = "pdf")]
mod engine {
    use std::collections::BTreeMap;
    use std::sync::LazyLock;

    use typst::diag::{FileError, FileResult, SourceDiagnostic};
    use typst::foundations::{Bytes, Datetime, Duration, Smart};
    use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
    use typst::text::{Font, FontBook};
    use typst::utils::LazyHash;
    use typst::{Library, LibraryExt, World};
    use typst_pdf::{PdfOptions, PdfStandard, PdfStandards};

    use super::{Pdf, STYLE};

    /// Atkinson Hyperlegible Next, made by the Braille Institute to be read by tired eyes (SIL OFL 1.1).
    const FACES: [&[u8]; 4] = [
        include_bytes!("fonts/AtkinsonHyperlegibleNext_400Regular.ttf"),
        include_bytes!("fonts/AtkinsonHyperlegibleNext_400Regular_Italic.ttf"),
        include_bytes!("fonts/AtkinsonHyperlegibleNext_700Bold.ttf"),
        include_bytes!("fonts/AtkinsonHyperlegibleNext_700Bold_Italic.ttf"),
    ];

    /// What every document shares; loaded once.
    struct Shared {
        library: LazyHash<Library>,
        book: LazyHash<FontBook>,
        fonts: Vec<Font>,
    }

    static SHARED: LazyLock<Shared> = LazyLock::new(|| {
        let fonts: Vec<Font> = FACES.iter().filter_map(|face| Font::new(Bytes::new(*face), 0)).collect();
        Shared {
            library: LazyHash::new(<Library as LibraryExt>::default()),
            book: LazyHash::new(FontBook::from_fonts(&fonts)),
            fonts,
        }
    });

    /// All a document can see: its source, the style, its pictures.
    struct Desk {
        main: Source,
        style: Source,
        /// By path, with a leading slash.
        pictures: BTreeMap<String, Bytes>,
    }

    impl World for Desk {
        fn library(&self) -> &LazyHash<Library> {
            &SHARED.library
        }

        fn book(&self) -> &LazyHash<FontBook> {
            &SHARED.book
        }

        fn main(&self) -> FileId {
            self.main.id()
        }

        fn source(&self, id: FileId) -> FileResult<Source> {
            [&self.main, &self.style].into_iter().find(|source| source.id() == id).cloned().ok_or_else(|| absent(id))
        }

        fn file(&self, id: FileId) -> FileResult<Bytes> {
            self.pictures.get(id.vpath().get_with_slash()).cloned().ok_or_else(|| absent(id))
        }

        fn font(&self, index: usize) -> Option<Font> {
            SHARED.fonts.get(index).cloned()
        }

        fn today(&self, _: Option<Duration>) -> Option<Datetime> {
            None
        }
    }

    fn absent(id: FileId) -> FileError {
        FileError::NotFound(id.vpath().get_with_slash().into())
    }

    fn file_id(path: &str) -> anyhow::Result<FileId> {
        let path = VirtualPath::new(path).map_err(|e| anyhow::anyhow!("`{path}` is not a path: {e:?}"))?;
        Ok(RootedPath::new(VirtualRoot::Project, path).intern())
    }

    pub(super) fn compile(main: String, pictures: BTreeMap<String, Vec<u8>>, ident: &str) -> anyhow::Result<Pdf> {
        let desk = Desk {
            main: Source::new(file_id("/main.typ")?, main),
            style: Source::new(file_id("/guide.typ")?, STYLE.to_owned()),
            pictures: pictures.into_iter().map(|(path, bytes)| (path, Bytes::new(bytes))).collect(),
        };
        let document = typst::compile(&desk).output.map_err(|errors| anyhow::anyhow!("{}", told(&errors)))?;
        let standards = PdfStandards::new(&[PdfStandard::Ua_1]).map_err(|e| anyhow::anyhow!("{}", e.message()))?;
        let options = PdfOptions {
            ident: Smart::Custom(ident.to_owned()),
            creator: Smart::Custom(Some("repere".to_owned())),
            standards,
            ..PdfOptions::default()
        };
        let bytes = typst_pdf::pdf(&document, &options).map_err(|errors| anyhow::anyhow!("{}", told(&errors)))?;
        Ok(Pdf { bytes, pages: document.pages().len() })
    }

    fn told(errors: &[SourceDiagnostic]) -> String {
        let lines = errors.iter().map(|error| {
            let hints: String = error.hints.iter().map(|hint| format!(" ({})", hint.v)).collect();
            format!("{}{hints}", error.message)
        });
        lines.collect::<Vec<_>>().join("; ")
    }
}
