//! `docs/new-protocol.md` shows this crate as it is: every block of code in it stands in one of its files.
// Tests stop at the first surprise.
#![allow(clippy::unwrap_used, missing_docs)]

/// Lines without their indentation: a block may show a method without the `impl` around it.
fn flush(text: &str) -> String {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}

#[test]
fn blocks_are_from_the_source() {
    let document = std::fs::read_to_string("../../docs/new-protocol.md").unwrap();
    let mut blocks = 0;
    // A block begins with ```rust FILE, and the like; what begins with ```text or ```console is not code.
    let mut rest = document.as_str();
    while let Some((_, after)) = rest.split_once("```") {
        let (head, after) = after.split_once('\n').unwrap();
        let (block, after) = after.split_once("```").unwrap();
        rest = after;
        let Some((_, file)) = head.split_once(' ') else {
            assert!(["text", "console"].contains(&head), "a block of `{head}` names no file");
            continue;
        };
        let source = std::fs::read_to_string(file).unwrap();
        for part in block.split("\n// …\n") {
            assert!(flush(&source).contains(&flush(part)), "{file} does not have:\n{part}");
        }
        blocks += 1;
    }
    assert!(blocks > 10, "only {blocks} blocks found");
}
