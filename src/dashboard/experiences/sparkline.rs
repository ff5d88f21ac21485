//! The deliveries of a day as a line.

use crate::store::key_deliveries::{HOURS, Hourly};

/// How wide and how high the picture is.
const WIDTH: f64 = 72.0;
const HEIGHT: f64 = 20.0;
/// How far the line stays away from the edge.
const MARGIN: f64 = 1.0;

/// The points of a line through the hours, the oldest first; none where nothing was delivered.
pub fn points(hourly: &Hourly) -> Option<String> {
    let most = hourly.0.iter().copied().max().filter(|most| *most > 0)? as f64;
    let step = WIDTH / (HOURS - 1) as f64;
    let points = hourly.0.iter().rev().enumerate().map(|(hour, count)| {
        let height = *count as f64 / most * (HEIGHT - 2.0 * MARGIN);
        format!("{:.0},{:.0}", hour as f64 * step, HEIGHT - MARGIN - height)
    });
    Some(points.collect::<Vec<_>>().join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_hour_stands_on_the_right_and_the_most_at_the_top() {
        let mut hours = [0; HOURS];
        assert_eq!(points(&Hourly(hours)), None);
        hours[0] = 10;
        hours[23] = 5;
        let points = points(&Hourly(hours)).unwrap();
        assert!(points.starts_with("0,10 3,19 ") && points.ends_with(" 72,1"), "{points}");
    }
}
