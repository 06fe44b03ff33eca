//! What a `when` or an `if` may ask.

/// The names of conditions. `and` and `or` have a list of conditions, `not` has one; the others have fields of the event.
pub const CONDITIONS: &[&str] =
    &["equals", "contains", "regexp", "range", "has_fields", "network", "and", "or", "not"];
