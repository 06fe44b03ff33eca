//! `/debug/pprof/`: profiles, as Go's package `net/http/pprof` serves them.

use std::time::Duration;

use hyper::StatusCode;
use packetbeat_profile::{CpuProfiler, Error};
use tokio::task::spawn_blocking;
use tokio::time::sleep;

use crate::answer::{self, Answer};
use crate::limits;
use crate::query::parameter;

/// The pages, if `http.pprof.enabled`.
pub(crate) const ROUTES: [&str; 2] = ["/debug/pprof/", PROFILE];

/// The page of the CPU profile.
pub(crate) const PROFILE: &str = "/debug/pprof/profile";

/// Seconds of a profile if nothing is said: as Go's.
const SECONDS: u64 = 30;

/// The page behind `/debug/pprof/`.
pub(crate) async fn page(enabled: bool, name: &str, query: Option<&str>) -> Answer {
    if !enabled {
        let text = "profiles are off; http.pprof.enabled: true switches them on";
        return answer::error(StatusCode::NOT_FOUND, text, &[]);
    }
    match name {
        "" => answer::of_text("text/plain; charset=utf-8", index()),
        "profile" => match seconds(query) {
            Some(seconds) => profile(Duration::from_secs(seconds)).await,
            None => {
                let text = format!("seconds has to be a number from 1 to {}", limits::PROFILE_SECONDS);
                answer::error(StatusCode::BAD_REQUEST, &text, &[])
            }
        },
        "heap" | "allocs" => {
            not_here("the allocator keeps no profile; heaptrack or bytehound show memory from outside")
        }
        "goroutine" | "threadcreate" => {
            not_here("there are no goroutines; gdb -p PID shows the stacks of all threads")
        }
        "block" | "mutex" => {
            not_here("waiting is not profiled; perf trace or offcputime show it from outside")
        }
        "trace" => not_here("there is no tracer of Go's runtime; perf record shows what runs when"),
        "symbol" => not_here("profiles have the names of their functions in them"),
        "cmdline" => not_here("/debug/vars has the command line"),
        _ => answer::error(StatusCode::NOT_FOUND, "there is no such profile", &ROUTES),
    }
}

fn index() -> String {
    format!(
        "/debug/pprof/profile?seconds=N   CPU profile of N seconds ({SECONDS}, at most {})\n\n\
         go tool pprof http://localhost:5066/debug/pprof/profile?seconds=10\n",
        limits::PROFILE_SECONDS
    )
}

fn seconds(query: Option<&str>) -> Option<u64> {
    let seconds = match parameter(query, "seconds") {
        None => SECONDS,
        Some(text) => text.parse().ok()?,
    };
    (1..=limits::PROFILE_SECONDS).contains(&seconds).then_some(seconds)
}

/// Takes a profile. A client that goes away stops it.
async fn profile(length: Duration) -> Answer {
    // Starting reads tables of the program once, finishing resolves names: neither belongs into the thread that answers.
    let profiler = match spawn_blocking(CpuProfiler::start).await {
        Ok(Ok(profiler)) => profiler,
        Ok(Err(error)) => return failed(&error),
        Err(error) => return broken(&error),
    };
    sleep(length).await;
    let finish = move || {
        let mut bytes = Vec::new();
        profiler.finish(&mut bytes).map(|()| bytes)
    };
    match spawn_blocking(finish).await {
        Ok(Ok(bytes)) => answer::of_file("attachment; filename=\"profile\"", bytes),
        Ok(Err(error)) => failed(&error),
        Err(error) => broken(&error),
    }
}

fn failed(error: &Error) -> Answer {
    let status = match error {
        Error::Running => StatusCode::CONFLICT,
        _ => StatusCode::INTERNAL_SERVER_ERROR,
    };
    answer::error(status, &error.to_string(), &[])
}

/// The thread panicked, or the program ends.
fn broken(error: &tokio::task::JoinError) -> Answer {
    answer::error(StatusCode::INTERNAL_SERVER_ERROR, &format!("the profile was given up: {error}"), &[])
}

fn not_here(text: &str) -> Answer {
    answer::error(StatusCode::NOT_IMPLEMENTED, text, &ROUTES)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_are_bounded() {
        assert_eq!(seconds(None), Some(30));
        assert_eq!(seconds(Some("seconds=1")), Some(1));
        assert_eq!(seconds(Some("seconds=300")), Some(300));
        for wrong in [
            "seconds=0",
            "seconds=301",
            "seconds=",
            "seconds=-1",
            "seconds=1.5",
            "seconds=99999999999999999999",
        ] {
            assert_eq!(seconds(Some(wrong)), None, "{wrong}");
        }
    }
}
