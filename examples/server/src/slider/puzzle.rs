//! One puzzle: a picture that is drawn once, and a piece cut out of it.

use authflow::captcha::CaptchaPicture;
use fastrand::Rng;
use png::{BitDepth, ColorType, Compression, Encoder, EncodingError, Filter};
use std::ops::RangeInclusive;

/// The size of the family's pictures, which its clients show unscaled.
pub(super) const WIDTH: u16 = 310;
const HEIGHT: u16 = 155;
/// The width and height of the piece.
pub(super) const PIECE: u16 = 47;
/// The number of places that the piece may come from. Each is as likely as the others.
pub(super) const PLACES: u16 = WIDTH - PIECE + 1;
const ROWS: u16 = HEIGHT - PIECE + 1;
const BLOTS: usize = 12;

type Colour = [u8; 3];

/// A puzzle, which its seed decides.
pub(super) struct Puzzle {
    /// The left edge of the piece, and its upper edge.
    x: u16,
    y: u16,
    /// The colours of the four corners. The other colours lie between them.
    corners: [Colour; 4],
    blots: [Blot; BLOTS],
}

/// A coloured disc, through which half of the background is seen.
struct Blot {
    x: i32,
    y: i32,
    radius: i32,
    colour: Colour,
}

impl Puzzle {
    /// The place and the picture are drawn from different bytes. So a program that works out the picture's bytes does not
    /// know the place.
    pub(super) fn drawn(seed: [u8; 16]) -> Self {
        let [place, picture] = halves(seed);
        let mut random = Rng::with_seed(picture);
        let corners = [(); 4].map(|()| colour(&mut random));
        let blots = [(); BLOTS].map(|()| Blot {
            x: random.i32(0..i32::from(WIDTH)),
            y: random.i32(0..i32::from(HEIGHT)),
            radius: random.i32(8..45),
            colour: colour(&mut random),
        });
        // Among the 2⁶⁴ numbers, some places have one number more than others.
        let x = u16::try_from(place % u64::from(PLACES)).unwrap_or_default();
        Self { x, y: random.u16(0..ROWS), corners, blots }
    }

    /// The place of the piece.
    pub(super) fn x(&self) -> u16 {
        self.x
    }

    /// The picture without its piece, and the piece.
    pub(super) fn picture(&self) -> Result<CaptchaPicture, EncodingError> {
        let (width, piece) = (usize::from(WIDTH), usize::from(PIECE));
        let mut without = Vec::with_capacity(width * usize::from(HEIGHT) * 3);
        let mut alone = Vec::with_capacity(piece * usize::from(HEIGHT) * 4);
        for y in 0..HEIGHT {
            let down = y.checked_sub(self.y).filter(|down| *down < PIECE);
            for (x, colour) in (0..WIDTH).zip(self.row(y)) {
                let along = x.checked_sub(self.x).filter(|along| *along < PIECE);
                let is_cut = along.zip(down).is_some_and(|(along, down)| is_of_piece(along, down));
                without.extend(if is_cut { colour.map(|part| part / 3) } else { colour });
                if along.is_some() {
                    let [red, green, blue] = colour;
                    alone.extend(if is_cut { [red, green, blue, 255] } else { [0; 4] });
                }
            }
        }
        let without = written(ColorType::Rgb, WIDTH, &without)?;
        Ok(CaptchaPicture::new(without, written(ColorType::Rgba, PIECE, &alone)?))
    }

    /// The colours of a row, from left to right.
    fn row(&self, y: u16) -> impl Iterator<Item = Colour> {
        let [upper_left, upper_right, lower_left, lower_right] = self.corners;
        let left = between::<HEIGHT>(upper_left, lower_left, y);
        let right = between::<HEIGHT>(upper_right, lower_right, y);
        let blots: Vec<_> =
            self.blots.iter().filter_map(|blot| Some((blot.columns(y)?, blot.colour))).collect();
        (0..WIDTH).map(move |x| {
            let there = blots.iter().filter(|(columns, _)| columns.contains(&i32::from(x)));
            there.fold(between::<WIDTH>(left, right, x), |behind, (_, colour)| {
                between::<2>(behind, *colour, 1)
            })
        })
    }
}

impl Blot {
    /// The columns of a row that it covers, if it covers any.
    fn columns(&self, y: u16) -> Option<RangeInclusive<i32>> {
        let down = i32::from(y) - self.y;
        let half = (self.radius * self.radius - down * down).checked_isqrt()?;
        Some(self.x - half..=self.x + half)
    }
}

fn halves(seed: [u8; 16]) -> [u64; 2] {
    let number = u128::from_be_bytes(seed);
    [(number >> 64) as u64, number as u64]
}

/// Neither black nor white, so that the hole is darker than anything else.
fn colour(random: &mut Rng) -> Colour {
    [(); 3].map(|()| random.u8(120..=250))
}

/// The colour that is this many steps of `ALL` on the way from one to the other.
fn between<const ALL: u16>(one: Colour, other: Colour, step: u16) -> Colour {
    let mix = |one: u8, other: u8| {
        let mixed = u32::from(one) * u32::from(ALL - step) + u32::from(other) * u32::from(step);
        u8::try_from(mixed / u32::from(ALL)).unwrap_or(u8::MAX)
    };
    let ([red, green, blue], [other_red, other_green, other_blue]) = (one, other);
    [mix(red, other_red), mix(green, other_green), mix(blue, other_blue)]
}

/// Whether a point is in the piece: a square with one knob on its right and one on top.
fn is_of_piece(along: u16, down: u16) -> bool {
    let (x, y) = (i32::from(along), i32::from(down));
    let is_of_square = x < 36 && y > 10;
    is_of_square || is_within(x - 36, y - 29, 10) || is_within(x - 18, y - 10, 10)
}

fn is_within(x: i32, y: i32, radius: i32) -> bool {
    x * x + y * y <= radius * radius
}

/// Writes fast rather than small: the client that asks has proved nothing.
fn written(colours: ColorType, width: u16, pixels: &[u8]) -> Result<Vec<u8>, EncodingError> {
    let mut image = Vec::new();
    let mut encoder = Encoder::new(&mut image, u32::from(width), u32::from(HEIGHT));
    encoder.set_color(colours);
    encoder.set_depth(BitDepth::Eight);
    encoder.set_compression(Compression::Fast);
    encoder.set_filter(Filter::Paeth);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(pixels)?;
    writer.finish()?;
    Ok(image)
}
