//! Welch's t-test, which tells whether two classes of times differ. O. Reparaz, J. Balasch and I. Verbauwhede use it so in
//! "Dude, is my code constant time?" (DATE 2017, <https://eprint.iacr.org/2016/1123>).
//!
//! The longest times say more about interrupts than about the code. So the test is made over all times, and again over the times
//! below each of a few percentiles of both classes together. The greatest |t| counts (§3.2 of the paper).

/// Beyond this |t| a difference is real. It is the limit of the authors' own tool. Chance goes beyond 4.5 once in 100,000 tests.
pub const LIMIT: f64 = 10.0;

/// The number of percentiles at which the times are cropped.
const CROPS: i32 = 20;

/// The result of a test.
#[derive(Clone, Copy, Debug)]
pub struct Finding {
    /// The greatest |t| of all crops.
    pub t: f64,
    /// The time by which the second class took longer in that crop.
    pub difference: f64,
}

impl Finding {
    /// Tests the times of two classes, in any unit.
    pub fn of(classes: &[Vec<f64>; 2]) -> Self {
        let mut all = classes.concat();
        all.sort_by(f64::total_cmp);
        let crops = (1..=CROPS).map(|crop| {
            // The crops lie closer together towards the longest times: 29 %, 50 %, 65 %, … 99.9 %.
            let share = 1.0 - 0.5_f64.powf(10.0 * f64::from(crop) / f64::from(CROPS));
            all[(share * all.len() as f64) as usize]
        });
        let tests = crops.chain([f64::INFINITY]).map(|limit| welch(classes, limit));
        tests.fold(Self { t: 0.0, difference: 0.0 }, |most, test| if test.t > most.t { test } else { most })
    }

    /// Whether the classes can be told apart.
    pub fn differ(&self) -> bool {
        self.t > LIMIT
    }
}

/// Tests the times up to `limit`. If a class has too few, t is 0.
fn welch(classes: &[Vec<f64>; 2], limit: f64) -> Finding {
    let [first, second] =
        classes.each_ref().map(|class| Moments::of(class.iter().filter(|time| **time <= limit)));
    let (difference, error) = (second.mean - first.mean, (first.error() + second.error()).sqrt());
    let t =
        if first.count > 1.0 && second.count > 1.0 && error > 0.0 { difference.abs() / error } else { 0.0 };
    Finding { t, difference }
}

/// Count, mean and the sum of squared distances from it, in one pass (B. P. Welford, Technometrics 4(3), 1962).
#[derive(Default)]
struct Moments {
    count: f64,
    mean: f64,
    squares: f64,
}

impl Moments {
    fn of<'a>(times: impl Iterator<Item = &'a f64>) -> Self {
        times.fold(Self::default(), |Self { count, mean, squares }, time| {
            let (count, distance) = (count + 1.0, time - mean);
            let mean = mean + distance / count;
            Self { count, mean, squares: squares + distance * (time - mean) }
        })
    }

    /// The variance of the mean.
    fn error(&self) -> f64 {
        self.squares / (self.count - 1.0) / self.count
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The values are worked out by hand: means 3 and 5, variances 2.5 and 10, so t = 2 / √(2.5/5 + 10/5).
    #[test]
    fn t_is_the_textbooks() {
        let classes = [vec![1.0, 2.0, 3.0, 4.0, 5.0], vec![1.0, 3.0, 5.0, 7.0, 9.0]];
        let test = welch(&classes, f64::INFINITY);
        assert!((test.t - 2.0 / 2.5_f64.sqrt()).abs() < 1e-12 && test.difference == 2.0, "{test:?}");
    }

    #[test]
    fn a_small_shift_is_found_beneath_rare_long_times_and_none_is_made_up() {
        let class = |shift: f64| -> Vec<f64> {
            (0..100_000_u32)
                .map(|number| {
                    let interrupted = if number % 997 == 0 { 1e6 * f64::from(number % 7) } else { 0.0 };
                    f64::from(number.wrapping_mul(2_654_435_761) >> 27) + shift + interrupted
                })
                .collect()
        };
        assert!(!Finding::of(&[class(0.0), class(0.0)]).differ());
        let found = Finding::of(&[class(0.0), class(1.0)]);
        assert!(found.differ() && found.difference > 0.0, "{found:?}");
    }

    #[test]
    fn too_few_times_say_nothing() {
        assert!(!Finding::of(&[vec![1.0], vec![2.0]]).differ());
    }
}
