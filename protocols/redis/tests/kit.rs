//! The conformance kit, on conversations by hand.
#![allow(missing_docs)] // a test

use packetbeat_redis::Redis;
use packetbeat_testkit::{Conversation, Options, tcp};

packetbeat_testkit::count_allocations!();

fn array(words: &[&str]) -> Vec<u8> {
    let mut bytes = format!("*{}\r\n", words.len()).into_bytes();
    for word in words {
        bytes.extend(format!("${}\r\n{word}\r\n", word.len()).bytes());
    }
    bytes
}

fn command(line: &str) -> Vec<u8> {
    array(&line.split(' ').collect::<Vec<_>>())
}

fn one_by_one() -> Conversation {
    Conversation::new("one by one")
        .client(command("SET key3 me"))
        .server("+OK\r\n")
        .client(command("get key3"))
        .server("$2\r\nme\r\n")
        .client(command("LLEN key3"))
        .server("-WRONGTYPE Operation against a key holding the wrong kind of value\r\n")
        .client(command("MGET a b c"))
        .server("*3\r\n$1\r\n1\r\n$-1\r\n:5\r\n")
        .client(command("HGETALL h"))
        .server("%1\r\n$1\r\nf\r\n|1\r\n+ttl\r\n:3\r\n,1.5\r\n")
        .client(command("CONFIG GET save"))
        .server("*2\r\n$4\r\nsave\r\n$0\r\n\r\n")
}

fn pipelined() -> Conversation {
    let commands: Vec<u8> =
        ["MULTI", "INCR n", "LPUSH list a", "EXEC"].into_iter().flat_map(command).collect();
    Conversation::new("pipelined")
        .client(command("PING"))
        .server("+PONG\r\n")
        .client(commands)
        .server("+OK\r\n+QUEUED\r\n+QUEUED\r\n*2\r\n:1\r\n:1\r\n")
        .client(command("GET n"))
        .server("$1\r\n1\r\n")
        .client(command("GET list"))
        .server("-WRONGTYPE Operation against a key\r\n")
}

fn lines() -> Conversation {
    Conversation::new("lines")
        .client("PING\r\n")
        .server("+PONG\r\n")
        .client("\r\nset key \"a value\"\r\n")
        .server("+OK\r\n")
        .client("get key\n")
        .server("$7\r\na value\r\n")
        .client("exists key\r\n")
        .server(":1\r\n")
}

fn messages() -> Conversation {
    Conversation::new("messages")
        .client(command("SUBSCRIBE news sport"))
        .server("*3\r\n$9\r\nsubscribe\r\n$4\r\nnews\r\n:1\r\n*3\r\n$9\r\nsubscribe\r\n$5\r\nsport\r\n:2\r\n")
        .server(array(&["message", "news", "hello"]))
        .server(array(&["message", "sport", "1:0"]))
        .client(command("UNSUBSCRIBE"))
        .server("*3\r\n$11\r\nunsubscribe\r\n$4\r\nnews\r\n:1\r\n*3\r\n$11\r\nunsubscribe\r\n$5\r\nsport\r\n:0\r\n")
        .client(command("GET key"))
        .server("$-1\r\n")
}

fn replica() -> Conversation {
    Conversation::new("replica")
        .client(command("PING"))
        .server("+PONG\r\n")
        .client(command("PSYNC ? -1"))
        .server("+FULLRESYNC 8371b4fb1155b71f4a04d3e1bc3e18c4a990aeeb 0\r\n\n\n")
        .server([&b"$30\r\n"[..], &b"*1\r\n$4\r\n"[..], &[b'x'; 22]].concat())
        .server(command("SET key value"))
        .client(command("REPLCONF ACK 15"))
        .server(command("PING"))
}

fn monitor() -> Conversation {
    Conversation::new("monitor")
        .client(command("MONITOR"))
        .server("+OK\r\n")
        .server("+1339518083.107412 [0 127.0.0.1:60866] \"keys\" \"*\"\r\n")
        .server("+1339518087.877697 [0 127.0.0.1:60866] \"dbsize\"\r\n")
}

fn large() -> Conversation {
    let value = "v".repeat(70_000);
    Conversation::new("large")
        .client(array(&["SET", "key", &value]))
        .server("+OK\r\n")
        .client(command("GET key"))
        .server(format!("${}\r\n{value}\r\n", value.len()))
        .client(command("DEL key"))
        .server(":1\r\n")
}

#[test]
fn conforms() {
    let repeated = Conversation::new("a pipeline")
        .client([command("SET key value"), command("GET key"), command("INCR n")].concat().repeat(8))
        .server("+OK\r\n$5\r\nvalue\r\n:1\r\n".repeat(8));
    tcp::<Redis>(Options::default())
        .conversations([one_by_one(), pipelined(), lines(), large()])
        .steady(Conversation::default(), repeated)
        .check();
}

#[test]
fn what_comes_unasked_conforms() {
    // Whether somebody subscribed, monitors or is a replica was said before.
    let options = Options { lost_at_hole: 3, remembers: true, ..Options::default() };
    tcp::<Redis>(options).conversations([messages(), replica(), monitor()]).check();
}
