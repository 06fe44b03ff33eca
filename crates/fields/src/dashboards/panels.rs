//! The dashboards, as data.

use super::Dashboard;
use super::panel::{By, Metric, Panel, Shape};

pub(super) const ALL: &[Dashboard] = &[OVERVIEW, DNS, HTTP, MAIL];

const fn panel(
    title: &'static str,
    query: &'static str,
    shape: Shape,
    metric: Metric,
    by: By,
    (width, height): (u32, u32),
) -> Panel {
    Panel { title, query, shape, metric, by, width, height }
}

const NUMBER: (u32, u32) = (12, 6);
const HALF: (u32, u32) = (24, 12);
const THIRD: (u32, u32) = (16, 12);
const TRANSACTIONS: &str = "not type: flow";
const DURATION: &str = "event.duration";

const OVERVIEW: Dashboard = Dashboard {
    id: "packetbeat-overview",
    title: "[Packetbeat] Overview",
    description: "Transactions, errors and response times by protocol; who talks to whom.",
    panels: &[
        panel("Transactions", TRANSACTIONS, Shape::Number, Metric::Count, By::Nothing, NUMBER),
        panel(
            "Errors",
            "not type: flow and not status: OK",
            Shape::Number,
            Metric::Count,
            By::Nothing,
            NUMBER,
        ),
        panel("Clients", TRANSACTIONS, Shape::Number, Metric::Different("client.ip"), By::Nothing, NUMBER),
        panel("Servers", TRANSACTIONS, Shape::Number, Metric::Different("server.ip"), By::Nothing, NUMBER),
        panel(
            "Transactions by protocol",
            TRANSACTIONS,
            Shape::Bars,
            Metric::Count,
            By::TimeAnd("type"),
            HALF,
        ),
        panel(
            "Errors by protocol",
            "not type: flow and not status: OK",
            Shape::Bars,
            Metric::Count,
            By::TimeAnd("type"),
            HALF,
        ),
        panel(
            "Response time, 95 percent",
            TRANSACTIONS,
            Shape::Line,
            Metric::Most(DURATION),
            By::TimeAnd("type"),
            HALF,
        ),
        panel(
            "Bytes by protocol",
            TRANSACTIONS,
            Shape::Bars,
            Metric::Sum("network.bytes"),
            By::TimeAnd("type"),
            HALF,
        ),
        panel("Busiest clients", TRANSACTIONS, Shape::Table, Metric::Count, By::Value("client.ip"), THIRD),
        panel(
            "Busiest servers",
            TRANSACTIONS,
            Shape::Table,
            Metric::Count,
            By::Values("server.ip", "type"),
            THIRD,
        ),
        panel(
            "Why halves are missing",
            TRANSACTIONS,
            Shape::Ring,
            Metric::Count,
            By::Value("packetbeat.unmatched"),
            THIRD,
        ),
    ],
};

const DNS: Dashboard = Dashboard {
    id: "packetbeat-dns",
    title: "[Packetbeat] DNS",
    description: "What is asked, what is answered, how fast, and what is not answered.",
    panels: &[
        panel("DNS queries", "type: dns", Shape::Number, Metric::Count, By::Nothing, NUMBER),
        panel(
            "DNS queries without an answer",
            "type: dns and packetbeat.unmatched: *",
            Shape::Number,
            Metric::Count,
            By::Nothing,
            NUMBER,
        ),
        panel(
            "Domains asked for",
            "type: dns",
            Shape::Number,
            Metric::Different("dns.question.registered_domain"),
            By::Nothing,
            NUMBER,
        ),
        panel("Askers", "type: dns", Shape::Number, Metric::Different("client.ip"), By::Nothing, NUMBER),
        panel(
            "DNS answers by code",
            "type: dns",
            Shape::Bars,
            Metric::Count,
            By::TimeAnd("dns.response_code"),
            HALF,
        ),
        panel(
            "DNS response time, 95 percent",
            "type: dns",
            Shape::Line,
            Metric::Most(DURATION),
            By::Time,
            HALF,
        ),
        panel(
            "Types asked for",
            "type: dns",
            Shape::Ring,
            Metric::Count,
            By::Value("dns.question.type"),
            THIRD,
        ),
        panel(
            "Domains asked for most",
            "type: dns",
            Shape::Table,
            Metric::Count,
            By::Value("dns.question.registered_domain"),
            THIRD,
        ),
        panel(
            "Names that do not exist",
            "type: dns and dns.response_code: NXDOMAIN",
            Shape::Table,
            Metric::Count,
            By::Value("dns.question.name"),
            THIRD,
        ),
    ],
};

const HTTP: Dashboard = Dashboard {
    id: "packetbeat-http",
    title: "[Packetbeat] HTTP",
    description: "Requests by host, method and status; what is slow, what fails.",
    panels: &[
        panel("HTTP requests", "type: http", Shape::Number, Metric::Count, By::Nothing, NUMBER),
        panel(
            "HTTP server errors",
            "type: http and http.response.status_code >= 500",
            Shape::Number,
            Metric::Count,
            By::Nothing,
            NUMBER,
        ),
        panel("HTTP bytes", "type: http", Shape::Number, Metric::Sum("network.bytes"), By::Nothing, NUMBER),
        panel("Sites", "type: http", Shape::Number, Metric::Different("url.domain"), By::Nothing, NUMBER),
        panel(
            "HTTP status codes",
            "type: http",
            Shape::Bars,
            Metric::Count,
            By::TimeAnd("http.response.status_code"),
            HALF,
        ),
        panel(
            "HTTP response time, 95 percent",
            "type: http",
            Shape::Line,
            Metric::Most(DURATION),
            By::Time,
            HALF,
        ),
        panel(
            "HTTP methods",
            "type: http",
            Shape::Ring,
            Metric::Count,
            By::Value("http.request.method"),
            THIRD,
        ),
        panel("Sites by requests", "type: http", Shape::Table, Metric::Count, By::Value("url.domain"), THIRD),
        panel(
            "What fails",
            "type: http and not status: OK",
            Shape::Table,
            Metric::Count,
            By::Values("url.full", "http.response.status_code"),
            THIRD,
        ),
        panel(
            "Slowest sites, 95 percent",
            "type: http",
            Shape::Table,
            Metric::Most(DURATION),
            By::Value("url.domain"),
            HALF,
        ),
        panel(
            "User agents",
            "type: http",
            Shape::Table,
            Metric::Count,
            By::Value("user_agent.original"),
            HALF,
        ),
    ],
};

const MAIL: Dashboard = Dashboard {
    id: "packetbeat-mail",
    title: "[Packetbeat] Mail",
    description: "Mails by sender, recipient and reply; what is refused.",
    panels: &[
        panel("Mails", "type: smtp and method: MAIL", Shape::Number, Metric::Count, By::Nothing, NUMBER),
        panel(
            "Mails refused",
            "type: smtp and smtp.response.code >= 400",
            Shape::Number,
            Metric::Count,
            By::Nothing,
            NUMBER,
        ),
        panel("Bytes of mails", "type: smtp", Shape::Number, Metric::Sum("smtp.size"), By::Nothing, NUMBER),
        panel(
            "Sessions that went on in TLS",
            "type: smtp and smtp.tls: true",
            Shape::Number,
            Metric::Count,
            By::Nothing,
            NUMBER,
        ),
        panel(
            "Replies by code",
            "type: smtp",
            Shape::Bars,
            Metric::Count,
            By::TimeAnd("smtp.response.code"),
            HALF,
        ),
        panel("Mail bytes over time", "type: smtp", Shape::Bars, Metric::Sum("smtp.size"), By::Time, HALF),
        panel(
            "Senders",
            "type: smtp and method: MAIL",
            Shape::Table,
            Metric::Count,
            By::Value("smtp.mail_from"),
            THIRD,
        ),
        panel(
            "Recipients",
            "type: smtp and method: MAIL",
            Shape::Table,
            Metric::Count,
            By::Value("smtp.rcpt_to"),
            THIRD,
        ),
        panel(
            "Recipients refused",
            "type: smtp",
            Shape::Table,
            Metric::Count,
            By::Value("smtp.rejected_rcpt_to"),
            THIRD,
        ),
    ],
};
