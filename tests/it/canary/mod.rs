//! Canaries: a key, a token, other credentials, a reason, phones, names and messages, planted and looked for in
//! everything that the program writes, on every way through it (`product.md`; issue 6, item 7).

mod answers;
mod broken;
mod commands;
mod panics;
mod place;
mod planted;
