//! The two languages, and sentences that exist in both.

/// A language that topics, reports and errors are written in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Lang {
    #[default]
    En,
    Ko,
}

impl Lang {
    /// The code used in file names, `--lang` and JSON.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Lang::En => "en",
            Lang::Ko => "ko",
        }
    }

    /// Reads `ko`, `ko_KR.UTF-8`, `en` ...; anything else is English.
    pub(crate) fn from_locale(locale: &str) -> Lang {
        if locale.starts_with("ko") { Lang::Ko } else { Lang::En }
    }
}

/// One sentence in every language of the tool. Made by [`both!`], which does not compile while a
/// language is missing.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(crate) struct Text {
    pub(crate) en: String,
    pub(crate) ko: String,
}

impl Text {
    /// The same words in every language: names, code, numbers.
    pub(crate) fn same(words: impl Into<String>) -> Text {
        let words = words.into();
        Text { ko: words.clone(), en: words }
    }

    pub(crate) fn get(&self, lang: Lang) -> &str {
        match lang {
            Lang::En => &self.en,
            Lang::Ko => &self.ko,
        }
    }
}

/// `both!("{n} rows", "행 {n}개")`: a [`Text`] from one format string per language; values are
/// captured by name.
macro_rules! both {
    ($en:literal, $ko:literal $(,)?) => {
        $crate::content::text::Text { en: format!($en), ko: format!($ko) }
    };
}
pub(crate) use both;
