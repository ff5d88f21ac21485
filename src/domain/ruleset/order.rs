//! Finding what depends on itself, and what depends on too long a chain.

/// Of a graph given as *nodes that each node needs*, the nodes that stand on a circle, or between
/// two of them.
pub(super) fn on_a_circle(needs: &[Vec<u32>]) -> Vec<u32> {
    let mut left = vec![true; needs.len()];
    loop {
        let is_left = |node: &u32| left.get(*node as usize).copied().unwrap_or_default();
        let mut needed = vec![false; needs.len()];
        for need in needs.iter().zip(&left).filter(|(_, left)| **left).flat_map(|(need, _)| need) {
            needed.get_mut(*need as usize).into_iter().for_each(|needed| *needed = true);
        }
        let stays = |(node, needed): (u32, bool)| {
            let needs = needs.get(node as usize).into_iter().flatten();
            needed && is_left(&node) && needs.into_iter().any(is_left)
        };
        let staying: Vec<bool> = (0..).zip(needed).map(stays).collect();
        if staying == left {
            return marked(&left);
        }
        left = staying;
    }
}

/// The nodes that lead down more than `most` others, one after the other.
pub(super) fn too_deep(needs: &[Vec<u32>], most: usize) -> Vec<u32> {
    let mut open = vec![true; needs.len()];
    for _ in 0..=most {
        let is_open = |node: &u32| open.get(*node as usize).copied().unwrap_or_default();
        let still: Vec<bool> = needs.iter().map(|needs| needs.iter().any(is_open)).collect();
        if still == open {
            break;
        }
        open = still;
    }
    marked(&open)
}

fn marked(nodes: &[bool]) -> Vec<u32> {
    (0..).zip(nodes).filter(|(_, marked)| **marked).map(|(node, _)| node).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_stands_on_a_circle_is_found() {
        let a_circle_of_1_and_2_with_0_and_3_before_it_and_4_alone =
            [vec![1], vec![2], vec![1], vec![0, 5], vec![4], vec![]];
        let found = on_a_circle(&a_circle_of_1_and_2_with_0_and_3_before_it_and_4_alone);
        assert_eq!(found, [1, 2, 4]);
        assert_eq!(on_a_circle(&[vec![1], vec![2], vec![]]), [0_u32; 0]);
    }

    #[test]
    fn a_chain_may_be_so_long_and_no_longer() {
        let chain: Vec<Vec<u32>> =
            (0..6).map(|n| if n == 0 { vec![] } else { vec![n - 1] }).collect();
        assert_eq!(too_deep(&chain, 3), [4, 5]);
        assert_eq!(too_deep(&chain, 5), [0_u32; 0]);
    }
}
