//! The few kinds of value that both databases keep alike, and one row read from either.

use bytes::BytesMut;
use postgres::types::{IsNull, ToSql, Type};

use crate::{Kept, StoreError};

#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Null,
    Int(i64),
    Real(f64),
    Text(String),
    Bytes(Vec<u8>),
}

macro_rules! from {
    ($($kind:ty => |$v:ident| $value:expr),* $(,)?) => {$(
        impl From<$kind> for Value { fn from($v: $kind) -> Value { $value } }
    )*};
}
from! {
    i64 => |v| Value::Int(v),
    i32 => |v| Value::Int(i64::from(v)),
    u32 => |v| Value::Int(i64::from(v)),
    u64 => |v| Value::Int(i64::try_from(v).unwrap_or(i64::MAX)),
    usize => |v| Value::Int(i64::try_from(v).unwrap_or(i64::MAX)),
    bool => |v| Value::Int(i64::from(v)),
    f64 => |v| Value::Real(v),
    &str => |v| Value::Text(v.to_owned()),
    String => |v| Value::Text(v),
    &String => |v| Value::Text(v.clone()),
    Vec<u8> => |v| Value::Bytes(v),
    &[u8] => |v| Value::Bytes(v.to_vec()),
    model::Timestamp => |v| Value::Int(v.as_millisecond()),
}
impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(v: Option<T>) -> Value {
        v.map_or(Value::Null, Into::into)
    }
}
macro_rules! from_ids { ($($id:ident),*) => {$( impl From<model::$id> for Value { fn from(v: model::$id) -> Value { Value::Int(v.0) } }
    impl FromValue for model::$id { fn from_value(v: Value) -> Option<Self> { i64::from_value(v).map(model::$id) } } )*}; }
from_ids!(
    DeskId,
    VoiceId,
    AccountId,
    ProfileId,
    PersonId,
    PostId,
    ConversationId,
    DraftId,
    DeliveryId,
    PictureId,
    TopicId,
    WatchId,
    WebmentionId,
    SubscriptionId,
    SightingId,
    FollowingId,
    AimId,
    LinkId,
    VisitId,
    TrialId,
    OutcomeId,
    SiteId,
    NoteId,
    SubjectId,
    JobId,
    ImportId,
    SittingId,
    MailId,
    OptInId,
    OptInFormId,
    RoundId,
    WeekLetterId
);

/// The arguments of a statement, each into a [`Value`]: `args![desk, id, "words"]`.
#[macro_export]
macro_rules! args {
    ($($v:expr),* $(,)?) => { [$($crate::Value::from($v)),*] };
}

impl rusqlite::ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<rusqlite::types::ToSqlOutput<'_>> {
        use rusqlite::types::{ToSqlOutput, ValueRef};
        Ok(ToSqlOutput::Borrowed(match self {
            Value::Null => ValueRef::Null,
            Value::Int(v) => ValueRef::Integer(*v),
            Value::Real(v) => ValueRef::Real(*v),
            Value::Text(v) => ValueRef::Text(v.as_bytes()),
            Value::Bytes(v) => ValueRef::Blob(v),
        }))
    }
}

impl ToSql for Value {
    fn to_sql(&self, kind: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match self {
            Value::Null => Ok(IsNull::Yes),
            Value::Int(v) if *kind == Type::INT4 => i32::try_from(*v)?.to_sql(kind, out),
            Value::Int(v) if *kind == Type::FLOAT8 => (*v as f64).to_sql(kind, out),
            Value::Int(v) => v.to_sql(kind, out),
            Value::Real(v) => v.to_sql(kind, out),
            // A zero byte, which people can paste, is the one character that PostgreSQL's text can't hold.
            Value::Text(v) if v.contains('\0') => v.replace('\0', "").to_sql(kind, out),
            Value::Text(v) => v.to_sql(kind, out),
            Value::Bytes(v) => v.to_sql(kind, out),
        }
    }
    fn accepts(kind: &Type) -> bool {
        matches!(*kind, Type::INT8 | Type::INT4 | Type::FLOAT8 | Type::TEXT | Type::VARCHAR | Type::BYTEA)
    }
    postgres::types::to_sql_checked!();
}

/// One row of an answer, columns by place from 0.
pub enum Row<'a> {
    Lite(&'a rusqlite::Row<'a>),
    Pg(&'a postgres::Row),
}

/// What a column can be read as.
pub trait FromValue: Sized {
    fn from_value(value: Value) -> Option<Self>;
}

macro_rules! read_as {
    ($($kind:ty => $pattern:pat => $value:expr),* $(,)?) => {$(
        impl FromValue for $kind { fn from_value(value: Value) -> Option<Self> { match value { $pattern => $value, _ => None } } }
    )*};
}
read_as! {
    i64 => Value::Int(v) => Some(v),
    u32 => Value::Int(v) => u32::try_from(v).ok(),
    u64 => Value::Int(v) => u64::try_from(v).ok(),
    usize => Value::Int(v) => usize::try_from(v).ok(),
    bool => Value::Int(v) => Some(v != 0),
    String => Value::Text(v) => Some(v),
    Vec<u8> => Value::Bytes(v) => Some(v),
    model::Timestamp => Value::Int(v) => model::Timestamp::from_millisecond(v).ok(),
}
impl FromValue for f64 {
    fn from_value(value: Value) -> Option<Self> {
        match value {
            Value::Real(v) => Some(v),
            Value::Int(v) => Some(v as f64),
            _ => None,
        }
    }
}
impl<T: FromValue> FromValue for Option<T> {
    fn from_value(value: Value) -> Option<Self> {
        match value {
            Value::Null => Some(None),
            other => T::from_value(other).map(Some),
        }
    }
}

impl Row<'_> {
    /// Column `i` as a `T`; `Broken` where the table holds something else.
    pub fn get<T: FromValue>(&self, i: usize) -> Kept<T> {
        T::from_value(self.value(i)?).ok_or_else(|| StoreError::Broken(format!("column {i} is not a {}", std::any::type_name::<T>())))
    }
    pub fn len(&self) -> usize {
        match self {
            Row::Lite(row) => row.as_ref().column_count(),
            Row::Pg(row) => row.len(),
        }
    }
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
    pub fn name(&self, i: usize) -> String {
        match self {
            Row::Lite(row) => row.as_ref().column_name(i).unwrap_or_default().to_owned(),
            Row::Pg(row) => row.columns()[i].name().to_owned(),
        }
    }
    /// Column `i` as it is.
    pub fn value(&self, i: usize) -> Kept<Value> {
        match self {
            Row::Lite(row) => {
                use rusqlite::types::ValueRef;
                Ok(match row.get_ref(i)? {
                    ValueRef::Null => Value::Null,
                    ValueRef::Integer(v) => Value::Int(v),
                    ValueRef::Real(v) => Value::Real(v),
                    ValueRef::Text(v) => Value::Text(String::from_utf8_lossy(v).into_owned()),
                    ValueRef::Blob(v) => Value::Bytes(v.to_vec()),
                })
            }
            Row::Pg(row) => {
                let kind = row.columns()[i].type_();
                Ok(match *kind {
                    Type::INT8 => row.try_get::<_, Option<i64>>(i)?.map_or(Value::Null, Value::Int),
                    Type::INT4 => row.try_get::<_, Option<i32>>(i)?.map_or(Value::Null, |v| Value::Int(i64::from(v))),
                    Type::BOOL => row.try_get::<_, Option<bool>>(i)?.map_or(Value::Null, |v| Value::Int(i64::from(v))),
                    Type::FLOAT8 => row.try_get::<_, Option<f64>>(i)?.map_or(Value::Null, Value::Real),
                    Type::BYTEA => row.try_get::<_, Option<Vec<u8>>>(i)?.map_or(Value::Null, Value::Bytes),
                    Type::TEXT | Type::VARCHAR | Type::NAME | Type::UNKNOWN => {
                        row.try_get::<_, Option<String>>(i)?.map_or(Value::Null, Value::Text)
                    }
                    _ => {
                        return Err(StoreError::Broken(format!(
                            "column {i} has the type {kind}; cast it to BIGINT, TEXT, BYTEA or DOUBLE PRECISION"
                        )));
                    }
                })
            }
        }
    }
}
