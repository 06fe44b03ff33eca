//! What a client says in DATA packets: calls, with what it sends along (cursors to close, attributes of the session).

use packetbeat_core::stream::WireError;

use crate::function::{self, Kind, code};
use crate::limits::{ALONG_BYTES, CALL_MESSAGES, LIST_ITEMS};
use crate::statement;
use crate::ttc::{Chunks, Found, Numbers, POINTER, Ttc, lead};

/// Codes of messages that a client begins with.
mod message {
    pub(super) const PROTOCOL: u8 = 1;
    pub(super) const DATA_TYPES: u8 = 2;
    pub(super) const FUNCTION: u8 = 3;
    pub(super) const ALONG: u8 = 17;
    pub(super) const FAST_LOGIN: u8 = 34;
}

/// The first bytes of the agreement on native network encryption.
pub(crate) const SECURITY: [u8; 4] = [0xde, 0xad, 0xbe, 0xef];

/// First field version of TTC whose calls have a token behind their number (23ai).
pub(crate) const TOKENS: u8 = 18;

/// What is known of a session that says how its calls are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Form {
    pub(crate) numbers: Option<Numbers>,
    /// Whether calls have a token; `None` where the login was not seen.
    pub(crate) tokens: Option<bool>,
}

/// A call.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Call<'b> {
    pub(crate) kind: Kind,
    /// 0 where there is none.
    pub(crate) function: u8,
    /// Its number in the session, which the end of its answer repeats.
    pub(crate) number: Option<u8>,
    pub(crate) numbers: Numbers,
    /// The cursor that it names; 0 is none.
    pub(crate) cursor: u32,
    pub(crate) statement: Option<Found<'b>>,
    /// A statement was announced, and not all of it is there.
    pub(crate) unfinished: bool,
    /// Who logs in.
    pub(crate) user: Option<Chunks<'b>>,
}

/// What a client sends along with a call.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Along<'b> {
    /// This cursor is closed.
    Close(u32),
    /// An attribute of the session has a new value.
    Attribute(Attribute, Chunks<'b>),
}

/// Attributes of a session that its client sets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Attribute {
    ClientId,
    Module,
    Action,
    ClientInfo,
    Operation,
    Schema,
}

/// What a payload begins with.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Said<'b> {
    /// A call; waits for an answer.
    Call(Call<'b>),
    /// Only what is sent along.
    Nothing,
    /// No call: it goes on with the one before, or is not understood.
    Unknown,
}

/// Whether a payload begins as a call that follows the call with number `last` (if one is known).
pub(crate) fn begins(payload: &[u8], last: Option<u8>) -> bool {
    match payload {
        [message::FUNCTION | message::ALONG, function, number, ..] => {
            function::name(*function).is_some() && last.is_none_or(|last| follows(last, *number))
        }
        // Both sides get to know each other before the first call.
        [message::PROTOCOL, version, ..] => last.is_none() && (4..=9).contains(version),
        [message::DATA_TYPES, ..] | [message::FAST_LOGIN, 1, ..] => last.is_none(),
        _ => last.is_none() && payload.starts_with(&SECURITY),
    }
}

/// Whether a call with this number comes behind the one with number `last`. Some clients count nothing: theirs are all zero.
const fn follows(last: u8, number: u8) -> bool {
    number == last.wrapping_add(1) || (last == 255 && number == 1) || (last == 0 && number == 0)
}

/// Reads a payload; what is sent along with a call goes to `along`.
pub(crate) fn read<'b>(payload: &'b [u8], form: Form, mut along: impl FnMut(Along<'b>)) -> Said<'b> {
    let plain = |kind| {
        Said::Call(Call {
            kind,
            function: 0,
            number: None,
            numbers: form.numbers.unwrap_or_default(),
            cursor: 0,
            statement: None,
            unfinished: false,
            user: None,
        })
    };
    match payload {
        [message::PROTOCOL, ..] => return plain(Kind::Protocol),
        [message::DATA_TYPES, ..] => return plain(Kind::DataTypes),
        [message::FAST_LOGIN, ..] => return fast_login(payload, form),
        _ if payload.starts_with(&SECURITY) => return plain(Kind::Security),
        _ => {}
    }
    let mut at = 0;
    for _ in 0..CALL_MESSAGES {
        match payload.get(at..) {
            Some([message::FUNCTION, ..]) => {
                return call(payload, at, form).map_or(Said::Unknown, Said::Call);
            }
            Some([message::ALONG, _, number, ..]) => {
                let behind = sent_along(payload, at, form, &mut along).ok();
                let follows = behind.filter(|behind| {
                    payload.get(*behind..).is_none_or(|rest| rest.is_empty() || begins(rest, Some(*number)))
                });
                match follows.or_else(|| find_next(payload, at + 3, *number)) {
                    Some(behind) => at = behind,
                    None => return Said::Nothing,
                }
            }
            Some([]) => return Said::Nothing,
            _ => return Said::Unknown,
        }
    }
    Said::Unknown
}

/// Where the message behind the one with this number begins, in the bytes from `from` on.
fn find_next(payload: &[u8], from: usize, number: u8) -> Option<usize> {
    let rest = payload.get(from..payload.len().min(from.saturating_add(ALONG_BYTES)))?;
    memchr::memchr2_iter(message::FUNCTION, message::ALONG, rest)
        .map(|at| from + at)
        .find(|at| payload.get(*at..).is_some_and(|rest| begins(rest, Some(number))))
}

/// The numbers of a call are native where a pointer of eight bytes stands near its start.
fn numbers(message: &[u8], form: Form) -> Numbers {
    /// Bytes in which the first pointer stands.
    const HEAD: usize = 64;
    let head = message.get(..HEAD).unwrap_or(message);
    if head.windows(POINTER.len()).any(|eight| eight == POINTER) {
        return Numbers::Native;
    }
    form.numbers.unwrap_or_default()
}

/// Where the fields of a function begin: behind its code, number, and token.
fn fields<'b>(payload: &'b [u8], at: usize, form: Form) -> Result<Ttc<'b>, WireError> {
    let message = payload.get(at..).unwrap_or_default();
    let mut ttc = Ttc::at(payload, at + 3, numbers(message, form));
    // Without a login it is guessed: what stands behind the number is never zero without a token.
    if form.tokens.unwrap_or(message.get(3) == Some(&0)) {
        ttc.u64()?;
    }
    Ok(ttc)
}

fn call<'b>(payload: &'b [u8], at: usize, form: Form) -> Option<Call<'b>> {
    let message = payload.get(at..)?;
    let [_, function, number, ..] = *message else { return None };
    function::name(function)?;
    let mut call = Call {
        kind: Kind::of(function),
        function,
        number: Some(number),
        numbers: numbers(message, form),
        cursor: 0,
        statement: None,
        unfinished: false,
        user: None,
    };
    match (call.kind, function) {
        (Kind::Execute, code::EXECUTE) => execute(payload, at, form, &mut call),
        (Kind::Execute, _) => searched(payload, at + 3, &mut call),
        (Kind::Again | Kind::Fetch, _) => {
            call.cursor = fields(payload, at, form).and_then(|mut ttc| ttc.u32()).unwrap_or_default();
        }
        (Kind::Login | Kind::Challenge, code::LOGIN | code::CHALLENGE) => {
            call.user = fields(payload, at, form).and_then(login).ok();
        }
        _ => {}
    }
    Some(call)
}

/// Function 94: options, the cursor, the statement's length, about thirty further numbers, the statement.
fn execute<'b>(payload: &'b [u8], at: usize, form: Form, call: &mut Call<'b>) {
    let other = Form { tokens: Some(!form.tokens.unwrap_or(payload.get(at + 3) == Some(&0))), ..form };
    let head = execute_head(payload, at, form).or_else(|_| execute_head(payload, at, other));
    let Ok((ttc, cursor, len)) = head else { return searched(payload, at + 3, call) };
    call.cursor = cursor;
    if len == 0 {
        return;
    }
    call.statement = match ttc.numbers {
        Numbers::Counted => places(ttc).into_iter().flatten().find_map(|at| statement::at(payload, at, len)),
        Numbers::Native => None,
    };
    if call.statement.is_none() {
        return searched(payload, at + 3, call);
    }
    call.unfinished = call.statement.is_some_and(|found| !found.whole);
}

/// Looks for the statement of a call whose form is not known.
fn searched<'b>(payload: &'b [u8], from: usize, call: &mut Call<'b>) {
    call.statement = statement::search(payload, from);
    call.unfinished = call.statement.is_some_and(|found| !found.whole);
}

/// The first fields: cursor, and length of the statement in bytes (of thick clients: the most that it may become).
fn execute_head(payload: &[u8], at: usize, form: Form) -> Result<(Ttc<'_>, u32, usize), WireError> {
    /// Numbers of the array with options that is announced.
    const OPTIONS: std::ops::RangeInclusive<u32> = 10..=24;
    let mut ttc = fields(payload, at, form)?;
    let _options = ttc.u32()?;
    let cursor = ttc.u32()?;
    let has_statement = ttc.pointer()?;
    let len = ttc.u32()? as usize;
    let _array = ttc.pointer()?;
    let options = ttc.u32()?;
    if !OPTIONS.contains(&options) || has_statement != (len > 0) {
        return Err(ttc.wrong("no execution"));
    }
    Ok((ttc, cursor, len))
}

/// Where the statement may begin, by what was added in 12.2: nothing, five fields, seven, and (23ai) nine.
fn places(mut ttc: Ttc<'_>) -> [Option<usize>; 4] {
    let mut places = [None; 4];
    if old_fields(&mut ttc).is_ok() {
        let field = |at: usize| {
            let mut ttc = Ttc::at(ttc.reader.whole(), at, Numbers::Counted);
            ttc.u8().ok().filter(|byte| *byte <= 1)?;
            ttc.u32().ok()?;
            Some(ttc.reader.at())
        };
        let old = Some(ttc.reader.at());
        // Signature and its length, SQL id and its length, the length of the id once more.
        let signature = old.and_then(field).and_then(field).map(|at| at + 1);
        let chunks = signature.and_then(field);
        places = [chunks.and_then(field), chunks, signature, old];
    }
    // The newest form first: in the older ones the statement stands where it has zeros.
    places
}

fn old_fields(ttc: &mut Ttc<'_>) -> Result<(), WireError> {
    ttc.skip(2)?; // two more pointers of the array
    ttc.u32()?; // bytes to prefetch
    ttc.u32()?; // rows to prefetch
    ttc.u32()?; // longest LONG
    ttc.pointer()?; // parameters
    ttc.u32()?;
    ttc.skip(5)?;
    ttc.pointer()?; // definitions of columns
    ttc.u32()?;
    ttc.u32()?; // registration
    ttc.skip(3)?;
    ttc.u32()?;
    ttc.skip(1)?;
    ttc.u32()?;
    ttc.u32()?;
    ttc.pointer()?; // counts of rows of an array
    ttc.u32()?;
    ttc.skip(1)
}

/// Both phases of a login begin with the user. Nothing behind it is looked at.
fn login(mut ttc: Ttc<'_>) -> Result<Chunks<'_>, WireError> {
    if ttc.numbers == Numbers::Native {
        return native_login(ttc);
    }
    let has_user = ttc.pointer()?;
    let len = ttc.u32()? as usize;
    ttc.u32()?; // mode
    ttc.pointer()?;
    ttc.u32()?; // pairs
    ttc.pointer()?;
    ttc.pointer()?;
    if !has_user {
        return Err(ttc.wrong("no user"));
    }
    let found = statement::at(ttc.reader.whole(), ttc.reader.at(), len);
    found.filter(|found| found.whole).map(|found| found.chunks).ok_or(ttc.wrong("user"))
}

/// Thick clients write the same fields, padded in one way or another: the user stands behind the last pointer.
fn native_login(ttc: Ttc<'_>) -> Result<Chunks<'_>, WireError> {
    /// Bytes in which the pointers stand.
    const HEAD: usize = 80;
    let rest = ttc.reader.rest();
    let head = rest.get(..HEAD).unwrap_or(rest);
    let last = head.windows(POINTER.len()).rposition(|eight| eight == POINTER);
    let at = ttc.reader.at() + last.ok_or(ttc.wrong("no pointer"))? + POINTER.len();
    let found = lead(ttc.reader.whole(), at, None).filter(|found| found.whole);
    let found = found.filter(|found| found.chunks.pieces().all(statement::is_text));
    found.map(|found| found.chunks).ok_or(ttc.wrong("user"))
}

/// Message 34: what both sides are, how they write what, and the first phase of the login.
fn fast_login<'b>(payload: &'b [u8], form: Form) -> Said<'b> {
    let user = memchr::memmem::find_iter(payload, &[message::FUNCTION, code::CHALLENGE])
        .chain(memchr::memmem::find_iter(payload, &[message::FUNCTION, code::LOGIN]))
        .take(CALL_MESSAGES)
        .find_map(|at| {
            let number = *payload.get(at + 2)?;
            // It is written as before the login: without a token.
            let form = Form { tokens: Some(false), ..form };
            fields(payload, at, form).and_then(login).ok().map(|user| (number, user))
        });
    Said::Call(Call {
        kind: Kind::FastLogin,
        function: code::CHALLENGE,
        number: user.map(|(number, _)| number),
        numbers: Numbers::Counted,
        cursor: 0,
        statement: None,
        unfinished: false,
        user: user.map(|(_, user)| user),
    })
}

/// Reads what is sent along: where it ends.
fn sent_along<'b>(
    payload: &'b [u8],
    at: usize,
    form: Form,
    along: &mut impl FnMut(Along<'b>),
) -> Result<usize, WireError> {
    let message = payload.get(at..).unwrap_or_default();
    let mut ttc = fields(payload, at, form)?;
    match message.get(1) {
        Some(&code::CLOSE_CURSORS) => {
            ttc.pointer()?;
            let count = ttc.u32()? as usize;
            if count > LIST_ITEMS {
                return Err(ttc.wrong("many cursors"));
            }
            for _ in 0..count {
                along(Along::Close(ttc.u32()?));
            }
        }
        Some(&code::SET_SCHEMA) => {
            ttc.pointer()?;
            let schema = ttc.text_behind_number()?;
            along(Along::Attribute(Attribute::Schema, schema));
        }
        Some(&code::PIPELINE_BEGIN) => {
            ttc.u16()?;
            ttc.skip(2)?;
        }
        Some(&code::END_TO_END) if ttc.numbers == Numbers::Counted => end_to_end(&mut ttc, along)?,
        _ => return Err(ttc.wrong("not read")),
    }
    Ok(ttc.reader.at())
}

/// Function 135: which attributes are set and how long they are, then their texts.
fn end_to_end<'b>(ttc: &mut Ttc<'b>, along: &mut impl FnMut(Along<'b>)) -> Result<(), WireError> {
    const NAMES: [Attribute; 5] = [
        Attribute::ClientId,
        Attribute::Module,
        Attribute::Action,
        Attribute::ClientInfo,
        Attribute::Operation,
    ];
    ttc.pointer()?;
    ttc.pointer()?;
    ttc.u32()?; // which
    let mut given = [(false, 0_u32); NAMES.len()];
    for (place, given) in given.iter_mut().enumerate() {
        match place {
            3 => {
                // Two more, which nobody sets.
                ttc.pointer()?;
                ttc.u32()?;
                ttc.skip(1)?;
                ttc.u32()?;
            }
            4 => {
                for _ in 0..2 {
                    ttc.pointer()?;
                    ttc.u32()?;
                }
            }
            _ => {}
        }
        *given = (ttc.pointer()?, ttc.u32()?);
    }
    for (name, (is_set, len)) in NAMES.into_iter().zip(given) {
        if !is_set {
            continue;
        }
        if len == 0 {
            along(Along::Attribute(name, Chunks::Plain(&[])));
            continue;
        }
        let (bytes, at) = (ttc.reader.whole(), ttc.reader.at());
        let found = statement::at(bytes, at, len as usize)
            .filter(|found| found.whole)
            .ok_or(ttc.wrong("attribute"))?;
        along(Along::Attribute(name, found.chunks));
        *ttc = Ttc::at(bytes, found.end, ttc.numbers);
    }
    Ok(())
}

/// The field version of TTC that a client offers, in its data types (message 2, or within 34).
pub(crate) fn field_version(payload: &[u8]) -> Option<u8> {
    let types = match payload {
        [message::DATA_TYPES, rest @ ..] => rest,
        [message::FAST_LOGIN, _, _, _, message::PROTOCOL, rest @ ..] => {
            // Versions, a zero, a name, a zero; two character sets with flags, a field version; then message 2.
            let version = memchr::memchr(0, rest)?;
            let name = memchr::memchr(0, rest.get(version + 1..)?)?;
            rest.get(version + 1 + name + 1 + 6..)?.strip_prefix(&[message::DATA_TYPES])?
        }
        _ => return None,
    };
    // Two character sets, flags, then what it is capable of.
    let (len, capabilities) = types.get(5..)?.split_first()?;
    capabilities.get(..usize::from(*len))?.get(7).copied()
}
