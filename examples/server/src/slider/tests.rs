use super::{
    failures::{MOST, REMEMBERED},
    puzzle::{PIECE, PLACES, WIDTH},
    shown::KEPT,
    *,
};
use crate::off_the_workers::awaited;
use authflow::{
    Applications, CaptchaSolution, Config, Engine, Entropy, Moment, Timestamp,
    captcha::{CaptchaKind, PictureId, PictureSeed},
    contact::{Channel, Recipient},
    device::{Caller, Device},
    policy::Policy,
    step::Step,
    testkit::{Setup, demo},
    token::{Key, KeyRing, VerifyWindow},
};
use std::time::Instant;

const NOW: Timestamp = demo::START;

/// The questions of the library, for pictures of the demo's applications.
struct Asking {
    engine: Engine,
    random: fastrand::Rng,
}

impl Asking {
    /// An engine that asks the same questions each time.
    fn new() -> Self {
        Self::of(demo::ring())
    }

    fn of(ring: KeyRing) -> Self {
        let policy = Policy { captcha: CaptchaKind::Picture, ..Policy::default() };
        let applications = Applications::Fixed(Setup::new(policy).applications());
        let config = Config::new(demo::issuer(), ring, applications);
        Self { engine: Engine::new(config).unwrap(), random: fastrand::Rng::with_seed(7) }
    }

    fn moment(&mut self, now: Timestamp) -> Moment {
        Moment::new(now, Entropy::from_bytes([(); 32].map(|()| self.random.u8(..))))
    }

    fn picture(&mut self, caller: Caller, now: Timestamp) -> IssueCaptcha {
        let moment = self.moment(now);
        match self.engine.issue_captcha(caller, moment) {
            Step::IssueCaptcha(ask) => (*ask).clone(),
            other => panic!("{other:?}"),
        }
    }

    fn solution(
        &mut self,
        caller: Caller,
        picture: PictureId,
        point: &str,
        now: Timestamp,
    ) -> JudgeCaptchaPoint {
        let recipient = Recipient::new(Channel::Sms, demo::MOBILE).unwrap();
        let point = PresentedPoint::read(point).unwrap();
        let moment = self.moment(now);
        match self.engine.verify_captcha(caller, CaptchaSolution { picture, point, recipient }, moment) {
            Step::JudgeCaptchaPoint(ask) => (*ask).clone(),
            other => panic!("{other:?}"),
        }
    }
}

fn caller(fingerprint: &str) -> Caller {
    demo::caller(Device::new("Android 10", fingerprint, "app", None).unwrap())
}

fn point(x: f64) -> String {
    format!(r#"{{"x":{x},"y":5.0}}"#)
}

/// The place of the piece, as the seed decides it and a person sees it.
fn seen(ask: &IssueCaptcha) -> f64 {
    f64::from(Puzzle::drawn(*ask.seed.as_bytes()).x())
}

#[test]
fn a_piece_in_its_place_passes_and_one_that_is_six_pixels_off_does_not() {
    let (mut asking, slider) = (Asking::new(), Slider::default());
    for (off, expected) in [
        (0.0, Captcha::Passed),
        (5.0, Captcha::Passed),
        (-5.0, Captcha::Passed),
        (4.4, Captcha::Passed),
        (5.1, Captcha::Failed),
        (6.0, Captcha::Failed),
        (-6.0, Captcha::Failed),
    ] {
        let who = || caller(&format!("{off}"));
        let ask = asking.picture(who(), NOW);
        assert!(slider.show(&ask).is_some());
        let solved = asking.solution(who(), ask.id, &point(seen(&ask) + off), NOW);
        assert_eq!(slider.judge(&solved), expected, "{off}");
    }
    // The height is five, in any spelling.
    for (y, expected) in [("5", Captcha::Passed), ("5.0", Captcha::Passed), ("6", Captcha::Failed)] {
        let who = || caller(y);
        let ask = asking.picture(who(), NOW);
        slider.show(&ask);
        let said = format!(r#"{{"y":{y},"x":{}}}"#, seen(&ask));
        assert_eq!(slider.judge(&asking.solution(who(), ask.id, &said, NOW)), expected, "{y}");
    }
}

#[test]
fn a_puzzle_is_good_for_one_try_three_minutes_and_whom_it_was_shown_to() {
    let (mut asking, slider) = (Asking::new(), Slider::default());
    let mut shown = |slider: &Slider| {
        let ask = asking.picture(caller("f"), NOW);
        slider.show(&ask);
        (ask.id, point(seen(&ask)))
    };
    let (twice, late, in_time, elsewhere, another) =
        (shown(&slider), shown(&slider), shown(&slider), shown(&slider), shown(&slider));
    let mut judged = |caller: Caller, (id, said): &(PictureId, String), now| {
        slider.judge(&asking.solution(caller, *id, said, now))
    };
    assert_eq!(judged(caller("f"), &twice, NOW), Captcha::Passed);
    assert_eq!(judged(caller("f"), &twice, NOW), Captcha::Failed, "right or wrong");
    assert_eq!(judged(caller("f"), &in_time, NOW.plus_seconds(179)), Captcha::Passed);
    assert_eq!(judged(caller("f"), &late, NOW.plus_seconds(180)), Captcha::Failed);
    assert_eq!(judged(caller("g"), &elsewhere, NOW), Captcha::Failed);
    let ordinary = Caller { client_id: demo::ORDINARY.parse().unwrap(), tenant: None, ..caller("f") };
    assert_eq!(judged(ordinary, &another, NOW), Captcha::Failed);
    assert_eq!(judged(caller("f"), &another, NOW), Captcha::Failed, "and it was tried there");
    assert_eq!(judged(caller("f"), &(PictureId::from_bytes([0; 16]), point(0.0)), NOW), Captcha::Failed);
}

/// A reload rotates the key and keeps the puzzles.
#[test]
fn a_puzzle_outlives_a_rotation_of_the_key() {
    let key = |id: &str, byte| Key::new(id, demo::secret(byte)).unwrap();
    let window = VerifyWindow { from: NOW.minus_seconds(600), until: NOW.plus_seconds(600) };
    let rotated = KeyRing::new(key("new", 2)).with_verifier(key("old", 1), window).unwrap();
    let (mut before, mut after) = (Asking::of(KeyRing::new(key("old", 1))), Asking::of(rotated));
    let slider = Slider::default();
    for (who, expected) in [("f", Captcha::Passed), ("g", Captcha::Failed)] {
        let ask = before.picture(caller("f"), NOW);
        slider.show(&ask);
        let solved = after.solution(caller(who), ask.id, &point(seen(&ask)), NOW.plus_seconds(1));
        assert_eq!(slider.judge(&solved), expected, "{who}");
    }
}

/// A sealed point is wrong, because no key was given.
#[test]
fn what_is_sealed_does_not_pass() {
    let (mut asking, slider) = (Asking::new(), Slider::default());
    let ask = asking.picture(caller("f"), NOW);
    let picture = awaited(slider.issue(&ask)).unwrap().unwrap();
    assert!(picture.secret_key.is_none());
    assert_eq!(slider.judge(&asking.solution(caller("f"), ask.id, "9KzWqGZ/0+4=", NOW)), Captcha::Failed);
}

/// Five failures within a minute stop a device, until the first of them is a minute old. A device that succeeds is not counted, and other devices
/// are not stopped.
#[test]
fn five_failures_a_minute_stop_a_device() {
    let (mut asking, slider) = (Asking::new(), Slider::default());
    let mut tries = |fingerprint: &str, is_right: bool, second: u64| {
        let now = NOW.plus_seconds(second);
        let ask = asking.picture(caller(fingerprint), now);
        let is_shown = slider.show(&ask).is_some();
        let x = if is_right { seen(&ask) } else { -100.0 };
        (is_shown, slider.judge(&asking.solution(caller(fingerprint), ask.id, &point(x), now)))
    };
    for second in 0..u64::from(MOST) {
        assert_eq!(tries("f", false, second), (true, Captcha::Failed));
        assert_eq!(tries("g", true, second), (true, Captcha::Passed));
    }
    for second in [5, 59] {
        assert_eq!(tries("f", true, second), (false, Captcha::Failed), "{second}");
        assert_eq!(tries("g", true, second), (true, Captcha::Passed), "{second}");
    }
    assert_eq!(tries("f", true, 60), (true, Captcha::Passed));
    assert_eq!(tries("f", false, 60), (true, Captcha::Failed));
    assert_eq!(tries("f", true, 60), (false, Captcha::Failed), "five within the last minute");
}

/// A picture that was shown before the device was stopped does not help it.
#[test]
fn pictures_in_store_are_no_more_tries() {
    let (mut asking, slider) = (Asking::new(), Slider::default());
    let shown: Vec<_> = (0..=MOST)
        .map(|_| {
            let ask = asking.picture(caller("f"), NOW);
            slider.show(&ask);
            ask
        })
        .collect();
    for ask in &shown[..usize::from(MOST)] {
        let wrong = asking.solution(caller("f"), ask.id, &point(-100.0), NOW);
        assert_eq!(slider.judge(&wrong), Captcha::Failed);
    }
    let last = &shown[usize::from(MOST)];
    let right = asking.solution(caller("f"), last.id, &point(seen(last)), NOW);
    assert_eq!(slider.judge(&right), Captcha::Failed);
}

/// A thousand tries without looking, each on another device, so that none is stopped. At most 1 in 20 passes. The second part is exact: the best
/// possible guess is right for eleven of all places.
#[test]
fn whoever_does_not_look_passes_once_in_twenty_times_at_most() {
    let (mut asking, slider) = (Asking::new(), Slider::default());
    let mut random = fastrand::Rng::with_seed(11);
    let mut passed = 0;
    for number in 0..1_000 {
        let who = || caller(&number.to_string());
        let ask = asking.picture(who(), NOW);
        slider.show(&ask);
        let guessed = random.u16(0..PLACES);
        let guess = asking.solution(who(), ask.id, &point(guessed.into()), NOW);
        passed += usize::from(slider.judge(&guess) == Captcha::Passed);
    }
    assert!((20..=50).contains(&passed), "{passed}");

    let finds = |guess: f64| {
        let said = CaptchaPoint { x: guess, y: 5.0 };
        (0..PLACES).filter(|x| is_near(said, f64::from(*x))).count()
    };
    let best = (0..=u32::from(WIDTH) * 10).map(|tenth| finds(f64::from(tenth) / 10.0)).max().unwrap();
    assert_eq!((best, PLACES), (11, 264));
    assert!(best * 20 <= usize::from(PLACES), "more than 5 %");
}

/// Every place is drawn as often as chance has it: 26,400 draws are 100 for each, and six deviations are 60.
#[test]
fn places_are_drawn_alike() {
    let mut random = fastrand::Rng::with_seed(13);
    let mut counts = vec![0_i32; usize::from(PLACES)];
    for _ in 0..100 * u32::from(PLACES) {
        let puzzle = Puzzle::drawn([(); 16].map(|()| random.u8(..)));
        counts[usize::from(puzzle.x())] += 1;
    }
    assert!(counts.iter().all(|count| (count - 100).abs() < 60), "{counts:?}");
}

/// Memory is bounded, whatever clients ask for.
#[test]
fn memory_is_bounded() {
    let (mut shown, mut failures) = (Shown::default(), Failures::default());
    let device = Asking::new().picture(caller("f"), NOW).device;
    let owner = Owner::of(&demo::audience(), device.binding());
    let numbered = |number: usize| u128::try_from(number).unwrap().to_be_bytes();
    for number in 0..KEPT + 1_000 {
        shown.keep(PictureId::from_bytes(numbered(number)), owner, 1, NOW);
        failures.note(numbered(number), NOW);
    }
    assert_eq!(shown.kept(), (KEPT, KEPT));
    assert_eq!(failures.remembered(), (REMEMBERED, REMEMBERED));
    let mut taken =
        |number| shown.take(PictureId::from_bytes(numbered(number)), &demo::audience(), &device, NOW);
    assert_eq!((taken(999), taken(1_000), taken(KEPT + 999)), (None, Some(1), Some(1)), "the oldest first");
    // Entries that are over go with the next entry, whatever clock noted them.
    for later in [NOW.plus_seconds(180), NOW.minus_seconds(1)] {
        let (mut shown, mut failures) = (Shown::default(), Failures::default());
        for number in 0..10 {
            shown.keep(PictureId::from_bytes(numbered(number)), owner, 1, NOW);
            failures.note([7; 16], NOW);
        }
        shown.keep(PictureId::from_bytes(numbered(10)), owner, 1, later);
        assert_eq!(shown.kept(), (1, 1));
        assert!(!failures.are_too_many([7; 16], later));
        assert_eq!(failures.remembered(), (0, 0));
    }
}

fn decoded(image: &[u8]) -> (u32, u32, Vec<u8>) {
    let mut reader = png::Decoder::new(std::io::Cursor::new(image)).read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut pixels).unwrap();
    pixels.truncate(info.buffer_size());
    (info.width, info.height, pixels)
}

/// The piece fits into the hole: if it is laid there, every pixel of it belongs to the picture, and all dark pixels are covered.
#[test]
fn the_piece_is_what_the_picture_lacks() {
    for number in 0..5_u8 {
        let seed = PictureSeed::from_bytes([number.wrapping_mul(77); 16]);
        let puzzle = Puzzle::drawn(*seed.as_bytes());
        let CaptchaPicture { picture, piece, .. } = puzzle.picture().unwrap();
        let ((width, height, picture), (across, down, piece)) = (decoded(&picture), decoded(&piece));
        assert_eq!((width, height, across, down), (WIDTH.into(), 155, PIECE.into(), 155));
        let mut cut = 0;
        for (at, pixel) in piece.chunks(4).enumerate() {
            let (x, y) = (at % usize::from(PIECE) + usize::from(puzzle.x()), at / usize::from(PIECE));
            let there = &picture[(y * usize::from(WIDTH) + x) * 3..][..3];
            match pixel {
                [red, green, blue, 255] => {
                    assert_eq!(there, [red / 3, green / 3, blue / 3]);
                    cut += 1;
                }
                _ => assert_eq!(pixel, [0; 4]),
            }
        }
        assert!((1_000..2_000).contains(&cut), "{cut}");
    }
}

/// Measures the time and the size of a picture, for the page that tells them:
/// `cargo test --release -p authflow-server slider::tests::what_a_picture_costs -- --ignored --nocapture`.
#[test]
#[ignore = "a measurement"]
fn what_a_picture_costs() {
    let mut random = fastrand::Rng::with_seed(17);
    let (mut times, mut sizes) = (Vec::new(), Vec::new());
    for _ in 0..1_000 {
        let seed = [(); 16].map(|()| random.u8(..));
        let begun = Instant::now();
        let CaptchaPicture { picture, piece, .. } = Puzzle::drawn(seed).picture().unwrap();
        times.push(begun.elapsed().as_micros());
        sizes.push(picture.len() + piece.len());
    }
    times.sort_unstable();
    sizes.sort_unstable();
    println!("microseconds: median {}, most {}", times[500], times[999]);
    println!("bytes of both images: median {}, most {}", sizes[500], sizes[999]);
}
