//! What has been written of a template.

/// What has been written, and what it depends on.
#[derive(Default)]
pub(super) struct Out {
    pub(super) text: Vec<u8>,
    /// The last word in lower case, where nothing but a blank, a colon or an equals sign follows it.
    pub(super) word: Vec<u8>,
    /// Whether the last word is a key: an equals sign or a colon behind a quoted word follows it.
    pub(super) keyed: bool,
}

impl Out {
    /// Writes as it stands.
    pub(super) fn raw(&mut self, bytes: &[u8]) {
        self.text.extend_from_slice(bytes);
    }

    /// Writes a placeholder; where a name goes on with the same one, it stands once.
    pub(super) fn placeholder(&mut self, name: &[u8]) {
        const BETWEEN: [&[u8]; 3] = [b"-", b".", b"_"];
        for between in BETWEEN {
            let Some(before) = self.text.strip_suffix(between) else {
                continue;
            };
            let same = before
                .strip_suffix(b">")
                .and_then(|before| before.strip_suffix(name))
                .is_some_and(|before| before.ends_with(b"<"));
            if same {
                let length = before.len();
                self.text.truncate(length);
                return;
            }
            break;
        }
        self.raw(b"<");
        self.raw(name);
        self.raw(b">");
    }

    /// A blank, never two.
    pub(super) fn blank(&mut self) {
        if !self.text.is_empty() && self.text.last() != Some(&b' ') {
            self.text.push(b' ');
        }
    }

    /// Notes the last word.
    pub(super) fn remember(&mut self, word: &[u8]) {
        self.word.clear();
        self.word.extend(word.iter().map(u8::to_ascii_lowercase));
        self.keyed = false;
    }

    /// Nothing is known of what stands before.
    pub(super) fn forget(&mut self) {
        self.word.clear();
        self.keyed = false;
    }

    /// The placeholder of a value whose key is known and does not say what went wrong.
    pub(super) fn key(&self) -> Option<&[u8]> {
        let word = self.word.as_slice();
        let plain = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
        let fits = self.keyed && (1..=40).contains(&word.len()) && word.iter().all(plain);
        (fits && word.iter().any(u8::is_ascii_alphabetic) && !TELLING_KEYS.contains(&word))
            .then_some(word)
    }
}

/// Keys whose values say what went wrong, so that their words stay.
pub(super) const TELLING_KEYS: &[&[u8]] = &[
    b"code",
    b"cause",
    b"controller",
    b"controllerkind",
    b"desc",
    b"description",
    b"err",
    b"error",
    b"errmsg",
    b"errors",
    b"kind",
    b"level",
    b"message",
    b"msg",
    b"method",
    b"op",
    b"operation",
    b"output",
    b"phase",
    b"plugin",
    b"reason",
    b"result",
    b"signal",
    b"state",
    b"status",
    b"statuscode",
    b"stderr",
    b"type",
    b"verb",
    b"warning",
    b"resource",
    b"panic",
    b"exception",
];
