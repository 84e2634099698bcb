//! Schedules as `cron` and its descendants read them.

/// The fields of a schedule: name, lowest, highest, and the words that stand for numbers.
const FIELDS: [(&str, u32, u32, &[&str]); 6] = [
    ("second", 0, 59, &[]),
    ("minute", 0, 59, &[]),
    ("hour", 0, 23, &[]),
    ("day", 1, 31, &[]),
    ("month", 1, 12, &["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]),
    ("weekday", 0, 7, &["sun", "mon", "tue", "wed", "thu", "fri", "sat"]),
];

/// Why nobody can read a schedule of so many fields, if so.
pub fn unreadable(schedule: &str, count: usize) -> Option<String> {
    const MACROS: [&str; 7] = ["@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"];
    if MACROS.contains(&schedule) || schedule.starts_with("@every ") {
        return None;
    }
    let fields: Vec<&str> = schedule.split_whitespace().collect();
    if fields.len() != count {
        return Some(format!("it has {} fields instead of {count}", fields.len()));
    }
    fields.iter().zip(&FIELDS[FIELDS.len() - count..]).find_map(|(field, (name, low, high, words))| {
        let number = |text: &str| {
            let word = words.iter().position(|word| text.eq_ignore_ascii_case(word));
            // The first month is 1, the first day of the week 0.
            word.and_then(|at| u32::try_from(at).ok()).map(|at| at + low).or_else(|| text.parse().ok())
        };
        let fits = |text: &str| text == "*" || text == "?" || number(text).is_some_and(|n| (*low..=*high).contains(&n));
        field.split(',').find_map(|part| {
            let (range, step) = part.split_once('/').unwrap_or((part, "1"));
            let ends: Vec<&str> = range.split('-').collect();
            let right = ends.len() <= 2 && step.parse::<u32>().is_ok_and(|step| step > 0);
            let wrong = ends.iter().find(|end| !fits(end)).copied();
            match wrong {
                Some(end) => Some(format!("the {name} {end} is not within {low}-{high}")),
                None => (!right).then(|| format!("`{part}` is no {name}")),
            }
        })
    })
}

#[cfg(test)]
mod tests {
    use super::unreadable;

    #[test]
    fn schedules_are_read_as_their_keepers_do() {
        for (schedule, count) in
            [("*/5 * * * *", 5), ("0 0 3 * * *", 6), ("0 8-18/2 1,15 JAN-MAR Mon", 5), ("@daily", 5)]
        {
            assert_eq!(unreadable(schedule, count), None, "{schedule}");
        }
        for (schedule, count, why) in [
            ("0 0 3 * * *", 5, "it has 6 fields instead of 5"),
            ("0 25 * * *", 5, "the hour 25 is not within 0-23"),
            ("*/0 * * * *", 5, "`*/0` is no minute"),
            ("0 0 * * funday", 5, "the weekday funday is not within 0-7"),
        ] {
            assert_eq!(unreadable(schedule, count).as_deref(), Some(why), "{schedule}");
        }
    }
}
