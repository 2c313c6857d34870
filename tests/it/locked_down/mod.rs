//! What is trusted and what is not: certificates, clear text, redirects, proxies, paths, and who can reach the
//! sandbox (issue 6, item 8).

mod certificates;
mod paths;
mod proxies;
mod reach;
mod redirects;
pub mod tls;
