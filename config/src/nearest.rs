//! The valid name that somebody probably meant.

/// The candidate with the smallest edit distance to `word`, if one is near enough to be worth naming.
#[must_use]
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let length = word.chars().count();
    // Longer words are nobody's typo; it also bounds the work.
    if length > 64 {
        return None;
    }
    let lower = word.to_lowercase();
    candidates
        .into_iter()
        .map(|candidate| (distance(&lower, &candidate.to_lowercase()), candidate))
        .filter(|(distance, candidate)| *distance <= (length.max(candidate.chars().count()) / 3).max(1))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Insertions, deletions, replacements and swaps of neighbours that lead from one word to the other.
fn distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut two_back: Vec<usize> = Vec::new();
    let mut back: Vec<usize> = (0..=right.len()).collect();
    let mut previous_left = None;
    for (row, l) in left.chars().enumerate() {
        let mut line = Vec::with_capacity(back.len());
        line.push(row + 1);
        let mut previous_right = None;
        for (column, &r) in right.iter().enumerate() {
            let cell = |cells: &[usize], at: usize| cells.get(at).copied().unwrap_or(usize::MAX - 1);
            let mut best = cell(&back, column) + usize::from(l != r);
            best = best.min(cell(&back, column + 1) + 1).min(cell(&line, column) + 1);
            if column > 0 && previous_left == Some(r) && previous_right == Some(l) {
                best = best.min(cell(&two_back, column - 1).saturating_add(1));
            }
            line.push(best);
            previous_right = Some(r);
        }
        two_back = std::mem::replace(&mut back, line);
        previous_left = Some(l);
    }
    back.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances() {
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("hpptt", "hptpt"), 1);
        assert_eq!(distance("same", "same"), 0);
    }

    #[test]
    fn near_or_none() {
        assert_eq!(nearest("htpp", ["dns", "http"]), Some("http"));
        assert_eq!(nearest("protocol", ["protocols", "procs"]), Some("protocols"));
        assert_eq!(nearest("zzz", ["http", "dns"]), None);
        assert_eq!(nearest("SEND_REQUEST", ["send_request"]), Some("send_request"));
    }
}
