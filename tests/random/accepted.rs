//! Random answers that no rule refuses.
use crate::Given;
use crate::draw::{Draw, Pick};
use crate::options::Subject;

/// How often something in an answer set is changed when a rule refuses it.
const TRIES: usize = 400;

/// Answers that hold both picks and that no rule refuses; where there seem to be none, those with the fewest refusals.
pub(crate) fn draw_until_accepted(subject: &Subject, pair: (&Pick, &Pick), seed: u64) -> Given {
    let mut draw = Draw::new(seed);
    let questions = &subject.blueprint.questions;
    let mut given = draw.answers(questions, pair);
    let mut left = subject.answered().refusals(&given);
    for _ in 0..TRIES {
        if left == 0 {
            break;
        }
        let changed = draw.changed(questions, &given);
        let refusals = subject.answered().refusals(&changed);
        if refusals <= left && pair.0.is_in(&changed) && pair.1.is_in(&changed) {
            (given, left) = (changed, refusals);
        }
    }
    given
}
