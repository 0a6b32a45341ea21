//! The other libraries. Each does the same honest work: it has the same claims, checks signature and expiry, and owns
//! the claims if the library owns them. They read the system's clock themselves, as they do for every user.

mod claims;
mod cookies;
mod jsonwebtoken;
mod jwt_simple;
mod latchkey;
mod oxitoken;
mod pasetors;
mod service;

use crate::{operation::Operation, sample};
use claims::StateClaims;
use std::{hint::black_box, rc::Rc};

/// The methods that every row needs of a library of tokens.
trait Tokens: 'static {
    /// The claims that the library mints a token from. They are made anew for each minting.
    type Claims: 'static;

    const WHO: &'static str;

    fn claims(&self, claims: &StateClaims) -> Self::Claims;
    fn mint(&self, claims: Self::Claims) -> String;
    /// Whether the token is good. The claims have been read and are thrown away.
    fn verify(&self, token: &str) -> bool;
    /// A token whose tag is wrong. By default a character near the end is changed, for a token that ends in its tag.
    fn with_bad_tag(&self, token: &str) -> String {
        sample::with_bad_tag(token)
    }
    /// A text in the form of this library's tokens that has the greatest length and was never signed.
    fn forged(&self, token: &str) -> String {
        sample::forged(token, 1024)
    }
}

pub fn operations() -> Vec<Operation> {
    let mut all = jsonwebtoken::operations();
    all.extend(oxitoken::operations());
    all.extend(of(jwt_simple::JwtSimple::new()));
    all.extend(of(pasetors::Pasetors::new()));
    all.extend(of(cookies::SignedJar::new()));
    all.push(latchkey::operation());
    all
}

fn of<T: Tokens>(tokens: T) -> Vec<Operation> {
    let tokens = Rc::new(tokens);
    let claims = StateClaims::sample();
    let token = tokens.mint(tokens.claims(&claims));
    let varied = StateClaims::varied().iter().map(|claims| tokens.mint(tokens.claims(claims))).collect();
    let judge = |row, texts: Vec<String>, good: bool| {
        let tokens = tokens.clone();
        let mut next = (0..texts.len()).cycle();
        Operation::new(row, T::WHO, move || {
            let text = &texts[next.next().expect("a cycle")];
            assert_eq!(tokens.verify(black_box(text)), good);
        })
    };
    let (make, mint) = (tokens.clone(), tokens.clone());
    vec![
        judge("verify", vec![token.clone()], true),
        judge("verify, varied", varied, true),
        judge("bad tag", vec![tokens.with_bad_tag(&token)], false),
        judge("junk, 1 KiB", vec![sample::junk(1 << 10)], false),
        judge("junk, 1 MiB", vec![sample::junk(1 << 20)], false),
        judge("forged, our shape", vec![tokens.forged(&token)], false),
        Operation::consuming(
            "mint",
            T::WHO,
            move || make.claims(&claims),
            move |claims| drop(black_box(mint.mint(black_box(claims)))),
        ),
    ]
}
