//! What is read of live capture, the queue, Elasticsearch and what belongs to it.
// Tests may stop at the first surprise.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use packetbeat_config::{
    CaptureKind, Config, Elasticsearch, Host, Loader, Login, NonIndexable, Output, Pem, Proxy, QueueFull,
    Scheme, Secret, TlsVersion, Verification,
};
use std::time::Duration;

fn load(text: &str) -> Config {
    let loader =
        Loader::new().text("p.yml", text).keystore(|name| (name == "PW").then(|| "s3cret".to_owned()));
    match loader.load(&|_| None) {
        Ok(config) => config,
        Err(errors) => panic!("{errors}\n{text}"),
    }
}

fn output(config: &Config) -> &Elasticsearch {
    match &config.output {
        Output::Elasticsearch(output) => output,
        other => panic!("{other:?}"),
    }
}

fn urls(output: &Elasticsearch) -> Vec<String> {
    output.hosts.iter().map(Host::url).collect()
}

fn basic(username: &str, password: &str) -> Login {
    Login::Basic { username: username.to_owned(), password: Secret::new(password) }
}

#[test]
fn nothing_written_is_as_in_packetbeat() {
    let config = load("output.elasticsearch.hosts: localhost");
    let output = output(&config);
    assert_eq!((output.name, urls(output)), ("elasticsearch", vec!["http://localhost:9200".to_owned()]));
    assert_eq!((output.login.clone(), output.proxy.clone()), (Login::None, Proxy::Environment));
    assert_eq!((output.workers, output.bulk_max_size, output.max_retries), (1, Some(1600), Some(3)));
    assert_eq!((output.compression_level, output.load_balance, output.escape_html), (1, true, false));
    assert_eq!(
        (output.backoff.init, output.backoff.max, output.timeout, output.idle_connection_timeout),
        (Duration::from_secs(1), Duration::from_secs(60), Duration::from_secs(90), Duration::from_secs(3))
    );
    assert!(output.allow_older_versions && !output.idempotent);
    assert_eq!(output.non_indexable, NonIndexable::Drop);
    let index: packetbeat_config::Format = "packetbeat-%{[agent.version]}".parse().unwrap();
    assert_eq!((&output.index.rules, &output.index.otherwise), (&vec![], &Some(index)));
    assert!(output.pipeline.is_constant() && output.pipeline.otherwise.is_none());
    let ssl = &output.ssl;
    assert_eq!((ssl.name.as_str(), ssl.verification), ("output.elasticsearch.ssl", Verification::Full));
    assert_eq!(ssl.versions, [TlsVersion::V1_2, TlsVersion::V1_3]);
    assert!(ssl.authorities.is_empty() && ssl.certificate.is_none() && ssl.ca_sha256.is_empty());
    let queue = &config.queue;
    assert_eq!((queue.events, queue.bytes, queue.min_events), (3200, 64 << 20, 1600));
    assert_eq!((queue.flush_timeout, queue.full), (Duration::from_secs(1), QueueFull::DropNewest));
    assert!(config.setup.kibana.is_none() && config.user.is_none());
    assert_eq!(config.interfaces.buffer_bytes, 24 << 20);
}

#[test]
fn all_of_it() {
    let config = load(include_str!("sound/elasticsearch.yml"));
    let output = output(&config);
    assert_eq!(
        urls(output),
        ["https://es-1:9200/es", "https://es-2:9201/proxy", "https://es-3:9200/es"].map(str::to_owned)
    );
    assert_eq!(output.hosts[2].login, Some(basic("u", "s3cret")));
    assert_eq!(output.login, Login::ApiKey(Secret::new("id:key")));
    assert_eq!((output.workers, output.idempotent), (2, true));
    assert_eq!(output.headers, [("X-A.B".to_owned(), Secret::new("s3cret"))]);
    assert_eq!(output.non_indexable, NonIndexable::DeadLetter("dead".to_owned()));
    assert_eq!(output.index.otherwise, Some("pb-%{+yyyy.MM.dd}".parse().unwrap()));
    let [dns, by_type] = output.index.rules.as_slice() else { panic!("{:?}", output.index) };
    assert_eq!(dns.when.as_ref().unwrap().at_path("equals.type").unwrap().text(), Some("dns"));
    assert_eq!((dns.at.line, dns.mappings.len(), dns.otherwise.as_deref()), (12, 0, None));
    let mappings = [("http", "web"), ("a.b", "c")].map(|(from, to)| (from.to_owned(), to.to_owned()));
    assert_eq!((by_type.mappings.as_slice(), by_type.otherwise.as_deref()), (&mappings[..], Some("rest")));
    assert!(by_type.when.is_none());
    assert_eq!(output.pipeline.otherwise, Some("geoip-info".parse().unwrap()));
    assert!(matches!(output.ssl.authorities.as_slice(), [Pem::Inline(text)] if text.contains("MIIB")));
    assert!(output.ssl.ca_trusted_fingerprint.as_ref().unwrap().starts_with("a3f5e1c0"));
    assert_eq!(output.ssl.ca_sha256.len(), 1);
    let queue = &config.queue;
    assert_eq!((queue.events, queue.bytes, queue.min_events), (8192, 32 << 20, 0));
    assert_eq!((queue.flush_timeout, queue.full), (Duration::from_millis(400), QueueFull::Block));
    let user = config.user.as_ref().unwrap();
    assert_eq!((user.name.as_str(), user.group.as_deref()), ("packetbeat", Some("adm")));
    let kibana = config.setup.kibana.as_ref().unwrap();
    assert_eq!((kibana.host.url(), &kibana.login), ("http://kibana:5601".to_owned(), &output.login));
    let interface = &config.interfaces;
    assert_eq!((interface.kind, interface.device.as_deref()), (CaptureKind::AfPacket, Some("default_route")));
    assert_eq!(interface.poll_default_route, Some(Duration::from_secs(10)));
    assert!(interface.auto_promisc_mode);
    assert!(!format!("{output:?}").contains("s3cret"));
}

#[test]
fn presets_count_more_than_what_is_written() {
    for (preset, workers, bulk, events, least, wait) in [
        ("balanced", 1, 1600, 3200, 1600, 1),
        ("Throughput", 4, 1600, 12_800, 1600, 5),
        ("scale", 1, 1600, 3200, 1600, 20),
        ("latency", 1, 50, 4100, 2050, 1),
        ("custom", 3, 7, 100, 10, 2),
    ] {
        let text = format!(
            "queue.mem: {{events: 100, flush: {{min_events: 10, timeout: 2s}}}}\n\
             output.elasticsearch: {{hosts: [h], preset: {preset}, worker: 3, bulk_max_size: 7}}"
        );
        let config = load(&text);
        let output = output(&config);
        assert_eq!((output.workers, output.bulk_max_size), (workers, Some(bulk)), "{preset}");
        let queue = &config.queue;
        assert_eq!(
            (queue.events, queue.min_events, queue.flush_timeout.as_secs()),
            (events, least, wait),
            "{preset}"
        );
    }
}

#[test]
fn opensearch_is_the_same_by_another_name() {
    let config = load(include_str!("sound/opensearch.yml").replace("${ES_PWD}", "${PW}").as_str());
    let output = output(&config);
    assert_eq!((output.name, output.ssl.name.as_str()), ("opensearch", "output.opensearch.ssl"));
    assert_eq!((urls(output), output.workers), (vec!["https://os:9200".to_owned()], 2));
    assert_eq!(output.login, basic("admin", "s3cret"));
    assert_eq!(output.ssl.cipher_suites, ["ECDHE-RSA-AES-256-GCM-SHA384"]);
    // The queue of the output, whose defaults are bounded by what is written.
    assert_eq!((config.queue.events, config.queue.min_events), (64, 64));
}

#[test]
fn the_cloud_is_an_output() {
    let config = load("cloud: {id: 'staging:YS5leGFtcGxlJGVzJGti', auth: 'elastic:${PW}'}");
    let output = output(&config);
    assert_eq!(
        (urls(output), output.hosts[0].scheme),
        (vec!["https://es.a.example:443".to_owned()], Scheme::Https)
    );
    assert_eq!(output.login, basic("elastic", "s3cret"));
    let kibana = config.setup.kibana.as_ref().unwrap();
    assert_eq!((kibana.host.url(), &kibana.login), ("https://kb.a.example:443".to_owned(), &output.login));
    assert!(config.warnings.is_empty());
    let off =
        "cloud.id: 'staging:YS5leGFtcGxlJGVzJGti'\noutput: {elasticsearch.enabled: false, file.path: out}";
    assert!(matches!(load(off).output, Output::File(_)));
    assert_eq!(load(&off.replace(", file.path: out", "")).output, Output::None);
    let yaml = config.to_yaml();
    assert!(yaml.contains("  auth: \"elastic:${PW}\"\n") && !yaml.contains("output:"), "{yaml}");
}

#[test]
fn limits_that_may_be_off() {
    let config = load(
        "output.elasticsearch: {hosts: [h], bulk_max_size: -1, max_retries: -1, proxy_disable: true, \
         proxy_url: 'http://p:1', compression_level: 0}",
    );
    let output = output(&config);
    assert_eq!((output.bulk_max_size, output.max_retries, output.compression_level), (None, None, 0));
    assert_eq!(output.proxy, Proxy::Off);
    let config =
        load("output.elasticsearch: {hosts: [h], proxy_url: 'http://u:p@p:1', proxy_headers: {a: b}}");
    let Proxy::Url { url, headers } = &self::output(&config).proxy else { panic!() };
    assert_eq!((url.expose(), headers.len()), ("http://u:p@p:1", 1));
}

#[test]
fn how_packets_are_captured() {
    for (written, kind, promiscuous) in [
        ("{}", CaptureKind::Pcap, true),
        ("{device: any}", CaptureKind::Pcap, true),
        ("{device: eth0}", CaptureKind::AfPacket, true),
        ("{device: eth0, type: autodetect, auto_promisc_mode: false}", CaptureKind::AfPacket, false),
        ("{device: eth0, type: af_packet}", CaptureKind::AfPacket, false),
        ("{device: eth0, type: pcap}", CaptureKind::Pcap, true),
        ("{device: eth0, type: ''}", CaptureKind::AfPacket, true),
    ] {
        let interface = load(&format!("packetbeat.interfaces: {written}")).interfaces;
        assert_eq!((interface.kind, interface.auto_promisc_mode), (kind, promiscuous), "{written}");
    }
}
