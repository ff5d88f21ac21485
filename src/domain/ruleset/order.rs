//! Finding what depends on itself.

use std::collections::HashMap;

/// Of a graph given as *node → nodes that it needs*, the nodes that stand on a circle.
pub(super) fn on_a_circle<'a>(needs: &HashMap<&'a str, Vec<&'a str>>) -> Vec<&'a str> {
    let mut circular: Vec<&str> =
        needs.keys().copied().filter(|start| reaches_itself(start, needs)).collect();
    circular.sort_unstable();
    circular
}

fn reaches_itself<'a>(start: &'a str, needs: &HashMap<&'a str, Vec<&'a str>>) -> bool {
    let direct = |node| needs.get(node).into_iter().flatten().copied();
    let mut seen = Vec::new();
    let mut open: Vec<&str> = direct(start).collect();
    while let Some(node) = open.pop() {
        if node == start {
            return true;
        }
        if !seen.contains(&node) {
            seen.push(node);
            open.extend(direct(node));
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_stands_on_a_circle_is_found() {
        let needs = HashMap::from([
            ("a", vec!["b"]),
            ("b", vec!["c"]),
            ("c", vec!["b"]),
            ("d", vec!["a", "missing"]),
            ("self", vec!["self"]),
        ]);
        assert_eq!(on_a_circle(&needs), ["b", "c", "self"]);
    }
}
