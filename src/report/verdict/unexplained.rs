//! What the first sentence says where no known problem was found and many errors continue that no rule explains.

use crate::diagnose::unknown::{EVENTS, Pressing};
use crate::report::words::{cut, number};

/// Characters of a template in the sentence.
const TEMPLATE: usize = 120;

/// The front of the sentence, without what else is said of the bundle.
pub(super) fn sentence(pressing: &Pressing) -> String {
    let one = pressing.lines == 1;
    let what = match (pressing.events, one) {
        (0, true) => "error line",
        (0, false) => "error lines",
        (events, true) if events == pressing.lines => "warning event",
        (events, false) if events == pressing.lines => "warning events",
        _ => "error lines and warning events",
    };
    let whose = match pressing.component.as_str() {
        EVENTS => String::new(),
        component => format!("{component}, "),
    };
    let times = if pressing.count == 1 { "once" } else { "times" };
    let often = match pressing.count {
        1 => times.to_owned(),
        count => format!("{} {times}", number(count)),
    };
    format!(
        "No rule explains {} {what} that continued until the bundle was captured, mainly “{}” ({whose}{often}); no other problem is known",
        number(pressing.lines),
        cut(pressing.template.trim(), TEMPLATE),
    )
}
