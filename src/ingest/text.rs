//! Bytes to UTF-8: byte-order marks, and UTF-16 with or without one.
//!
//! PowerShell writes UTF-16, and appends to files that other programs write single bytes to, so the
//! encoding is judged anew for every short window. Bytes that are not UTF-8 are left as they are:
//! they are evidence too. Everything is decided from content and never from the size of a read.

/// Bytes judged at a time; even, so that windows stay on the code units of UTF-16.
const WINDOW: usize = 64;

/// Which half of a UTF-16 code unit comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    /// The low byte: Windows.
    Little,
    /// The high byte.
    Big,
}

impl Order {
    /// A decoder for it.
    fn decoder(self) -> encoding_rs::Decoder {
        let encoding = match self {
            Self::Little => encoding_rs::UTF_16LE,
            Self::Big => encoding_rs::UTF_16BE,
        };
        encoding.new_decoder_without_bom_handling()
    }
}

/// How a window looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Look {
    /// Single bytes, nearly all ASCII.
    Single,
    /// Zeros at every other place, as UTF-16 of mostly Latin text has them.
    Wide(Order),
    /// Either.
    Unclear,
}

/// How `window` looks, from where its zero bytes stand.
fn look(window: &[u8]) -> Look {
    let pairs = window.len() / 2;
    if pairs < 2 {
        return Look::Unclear;
    }
    let zeros = |first: usize| {
        let half = window.iter().skip(first).step_by(2);
        half.filter(|b| **b == 0).count()
    };
    let (even, odd) = (zeros(0), zeros(1));
    if odd * 10 >= pairs * 4 && even * 20 <= pairs {
        Look::Wide(Order::Little)
    } else if even * 10 >= pairs * 4 && odd * 20 <= pairs {
        Look::Wide(Order::Big)
    } else if even + odd == 0
        && window.iter().filter(|b| b.is_ascii()).count() * 10 >= window.len() * 9
    {
        Look::Single
    } else {
        Look::Unclear
    }
}

/// The UTF-16 that a file begins with, told from its mark or its zeros.
pub(super) fn utf16_at_start(head: &[u8]) -> Option<Order> {
    match head {
        [0xff, 0xfe, ..] => Some(Order::Little),
        [0xfe, 0xff, ..] => Some(Order::Big),
        _ => match look(head.get(..WINDOW).unwrap_or(head)) {
            Look::Wide(order) => Some(order),
            Look::Single | Look::Unclear => None,
        },
    }
}

/// Decodes one entry, block by block.
pub(super) struct Decoder {
    /// Whether nothing was decoded yet.
    fresh: bool,
    /// The UTF-16 decoder while the text is UTF-16.
    wide: Option<encoding_rs::Decoder>,
}

impl Decoder {
    /// At the beginning of an entry.
    pub(super) fn new() -> Self {
        Self {
            fresh: true,
            wide: None,
        }
    }

    /// Appends `block` as UTF-8 to `out`. All blocks but the last have the same, even size, so that
    /// equal content is judged in equal windows.
    pub(super) fn push(&mut self, block: &[u8], out: &mut Vec<u8>) {
        let mut rest = block;
        if std::mem::take(&mut self.fresh) {
            rest = rest.strip_prefix(b"\xef\xbb\xbf").unwrap_or(rest);
            if let Some(order) = utf16_at_start(rest) {
                self.wide = Some(order.decoder());
                let mark = matches!(rest, [0xff, 0xfe, ..] | [0xfe, 0xff, ..]);
                rest = &rest[if mark { 2 } else { 0 }..];
            }
        }
        if self.wide.is_none() && memchr::memchr(0, rest).is_none() {
            out.extend_from_slice(rest);
            return;
        }
        for window in rest.chunks(WINDOW) {
            self.window(window, out);
        }
    }

    /// Appends one window, in whichever encoding it shows.
    fn window(&mut self, window: &[u8], out: &mut Vec<u8>) {
        let mut window = window;
        match (look(window), self.wide.is_some()) {
            (Look::Single, true) => self.wide = None,
            (Look::Wide(order), false) => {
                // Appended by PowerShell, which is little-endian: zeros first mean that the window
                // begins with the second half of a code unit.
                self.wide = Some(Order::Little.decoder());
                if order == Order::Big {
                    window = window.get(1..).unwrap_or_default();
                }
            }
            _ => {}
        }
        match &mut self.wide {
            None => out.extend_from_slice(window),
            Some(decoder) => {
                let before = out.len();
                let room = decoder
                    .max_utf8_buffer_length(window.len())
                    .unwrap_or(4 * WINDOW);
                out.resize(before + room, 0);
                let (_, _, written, _) = decoder.decode_to_utf8(window, &mut out[before..], false);
                out.truncate(before + written);
            }
        }
    }
}

/// Makes line ends of the carriage returns of a text that has no other ones, as old Macs and some
/// terminals' captures write them.
#[derive(Debug, Default)]
pub(super) struct Returns {
    /// Whether they end lines; told from the first text.
    end_lines: Option<bool>,
}

impl Returns {
    /// Looks at the next text of an entry.
    pub(super) fn push(&mut self, text: &mut [u8]) {
        let Some(inner) = text.len().checked_sub(1).and_then(|end| text.get(..end)) else {
            return;
        };
        if self.end_lines == Some(false) {
            return;
        }
        let other_ends = memchr::memchr(b'\n', text).is_some();
        let end_lines = match self.end_lines {
            None => !other_ends && memchr::memchr(b'\r', inner).is_some(),
            Some(_) => !other_ends,
        };
        self.end_lines = Some(end_lines);
        if end_lines {
            for byte in text.iter_mut().filter(|byte| **byte == b'\r') {
                *byte = b'\n';
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// `bytes` decoded in one block size.
    fn decoded(bytes: &[u8]) -> String {
        let mut decoder = Decoder::new();
        let mut out = Vec::new();
        for block in bytes.chunks(1024) {
            decoder.push(block, &mut out);
        }
        String::from_utf8_lossy(&out).into_owned()
    }

    /// `text` in UTF-16.
    fn wide(text: &str, order: Order) -> Vec<u8> {
        text.encode_utf16()
            .flat_map(|unit| match order {
                Order::Little => unit.to_le_bytes(),
                Order::Big => unit.to_be_bytes(),
            })
            .collect()
    }

    #[test]
    fn utf16_is_read_with_and_without_a_mark_in_both_orders() {
        let text = "TimeCreated,Id\r\n2024-01-01,Größe überschritten 😀\r\n".repeat(50);
        for order in [Order::Little, Order::Big] {
            assert_eq!(decoded(&wide(&text, order)), text, "{order:?}");
            let marked = wide(&format!("\u{feff}{text}"), order);
            assert_eq!(decoded(&marked), text, "{order:?} with a mark");
        }
    }

    #[test]
    fn a_file_that_goes_over_to_single_bytes_loses_no_line_of_either() {
        let first = "Error: cannot find path\r\n".repeat(20);
        let second = "kubelet started with these arguments\r\n".repeat(20);
        let mut bytes = wide(&format!("\u{feff}{first}"), Order::Little);
        bytes.extend(second.as_bytes());
        let out = decoded(&bytes);
        assert!(out.matches("cannot find path").count() >= 18, "{out}");
        assert!(out.matches("these arguments").count() >= 18, "{out}");
        let mut bytes = format!("{second}x").into_bytes();
        bytes.extend(wide(&first, Order::Little));
        let out = decoded(&bytes);
        assert!(out.matches("cannot find path").count() >= 18, "{out}");
        assert!(out.matches("these arguments").count() >= 18, "{out}");
    }

    #[test]
    fn other_bytes_stay_as_they_are() {
        let mut decoder = Decoder::new();
        let mut out = Vec::new();
        decoder.push(b"\xef\xbb\xbfa \xff b\r\n\0\0c", &mut out);
        assert_eq!(out, b"a \xff b\r\n\0\0c");
    }

    #[test]
    fn returns_end_lines_where_nothing_else_does() {
        for (blocks, expected) in [
            (&["a\rb\r", "c\rd"][..], "a\nb\nc\nd"),
            (&["a\r\nb\r\n"], "a\r\nb\r\n"),
            (&["10 %\r20 %\r\n", "x\ry"], "10 %\r20 %\r\nx\ry"),
            (&["a\rb\r", "c\nd\re"], "a\nb\nc\nd\re"),
            (&["a\r", "\nb"], "a\r\nb"),
            (&["", "a\rb"], "a\nb"),
        ] {
            let mut returns = Returns::default();
            let mut out = String::new();
            for block in blocks {
                let mut text = block.as_bytes().to_vec();
                returns.push(&mut text);
                out.push_str(std::str::from_utf8(&text).unwrap());
            }
            assert_eq!(out, expected, "{blocks:?}");
        }
    }

    proptest! {
        #[test]
        fn ascii_is_never_changed(text in "[ -~\n]{0,300}") {
            prop_assert_eq!(decoded(text.as_bytes()), text);
        }

        #[test]
        fn no_bytes_are_too_strange(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            decoded(&bytes);
        }
    }
}
