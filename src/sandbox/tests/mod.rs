//! The sandbox as its users see it: through requests, most of them without a socket.

mod dialects;
mod groups;
mod http;
mod jobs;
mod persistence;
mod refusals;
mod schedules;
mod support;
