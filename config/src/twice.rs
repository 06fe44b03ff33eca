//! Settings that are written twice, where the second one was probably meant for another.

use crate::error::Error;
use crate::node::Node;

/// Names that are mistaken for each other: two of the first and none of the second.
const MISTAKEN: [(&str, &str); 2] = [("certificate", "key"), ("username", "password")];

/// Says of which setting the second one may have been meant.
pub(crate) fn explain(root: &Node, errors: &mut [Error]) {
    for error in errors.iter_mut().filter(|error| error.what.starts_with("written twice")) {
        let Some((above, name)) = error.key.rsplit_once('.') else { continue };
        for (_, other) in MISTAKEN.iter().filter(|(twice, _)| *twice == name) {
            if root.at_path(&format!("{above}.{other}")).is_none() {
                error.hint = Some(format!("one of them may be meant as {above}.{other}"));
            }
        }
    }
}
