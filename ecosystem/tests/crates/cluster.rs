//! `timely`: Newton's method in several processes, with results that do not depend on how many.

#[path = "../../examples/cluster_newton.rs"]
mod cluster_newton;

use std::net::TcpListener;
use std::process::{Command, Stdio};

const ADDRESSES: &str = "ECOSYSTEM_CLUSTER_ADDRESSES";
const PROCESS: &str = "ECOSYSTEM_CLUSTER_PROCESS";

/// A line that shows every bit.
fn shown((b, value, steps): &(Vec<f64>, f64, u64)) -> String {
    let bits: Vec<_> = b.iter().chain([value]).map(|x| format!("{:016x}", x.to_bits())).collect();
    format!("RESULT {} {steps}", bits.join(" "))
}

/// One process of several: only the next test runs it, with its number and the addresses of all in the environment.
#[test]
#[ignore = "one process of several, which another test starts"]
fn one_process_of_several() {
    let Ok(addresses) = std::env::var(ADDRESSES) else { return };
    let process = std::env::var(PROCESS).unwrap().parse().unwrap();
    let results = cluster_newton::run(process, 1, addresses.split(' ').map(str::to_owned).collect()).unwrap();
    assert_eq!(results.len(), 1);
    println!("{}", shown(&results[0]));
}

#[test]
fn bits_do_not_depend_on_processes_or_threads() {
    let alone = cluster_newton::run(0, 1, vec![]).unwrap().remove(0);
    let expected = shown(&alone);
    let near = |x: f64, y: f64| (x - y).abs() < 0.4; // as many rows as a test has do not tell it better
    assert!(near(alone.0[0], 2.0) && near(alone.0[1], -2.0) && (3..10).contains(&alone.2), "{alone:?}");
    for threads in [2, 3] {
        let results = cluster_newton::run(0, threads, vec![]).unwrap();
        assert!(
            results.len() == threads && results.iter().all(|result| shown(result) == expected),
            "{threads} threads"
        );
    }
    // Ports that are free now, since the listeners had them.
    let listeners: [TcpListener; 2] = std::array::from_fn(|_| TcpListener::bind("localhost:0").unwrap());
    let addresses = listeners.map(|listener| listener.local_addr().unwrap().to_string()).join(" ");
    let processes = [0, 1].map(|process| {
        Command::new(std::env::current_exe().unwrap())
            .args(["cluster::one_process_of_several", "--exact", "--ignored", "--nocapture"])
            .env(ADDRESSES, &addresses)
            .env(PROCESS, process.to_string())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap()
    });
    for process in processes {
        let output = process.wait_with_output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let result = text.lines().find_map(|line| line.find("RESULT").map(|place| &line[place..]));
        assert_eq!(result, Some(expected.as_str()), "{text}");
    }
}
