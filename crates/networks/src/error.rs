//! What can go wrong on the wire, told by what the caller needs: may it have happened, and when again?

use model::Timestamp;

pub type Answer<T> = Result<T, NetworkError>;

/// Whether a call that failed may have had its effect all the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Happened {
    /// Certainly not; it may be tried again unasked.
    No,
    /// Nobody can tell from here; look before trying again.
    Maybe,
}

/// Never holds a secret or a person's words: `why` is ours, or a network's own short reason.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NetworkError {
    /// The access token is out of date and can be renewed without the person.
    #[error("the token has to be renewed")]
    TokenOld,
    /// The network recognisably refuses our token; only the person can mend it.
    #[error("the network asks you to sign in again")]
    SignInAgain,
    /// The network answered and would not: its reason, as a short sentence.
    #[error("{0}")]
    Refused(String),
    /// It is not there (any more).
    #[error("it is not there")]
    NotThere,
    /// The server does not have this call.
    #[error("this server cannot do that")]
    NotOffered,
    /// Asked to wait.
    #[error("the network asks us to wait until {until}")]
    SlowDown { until: Timestamp },
    /// The server could not be reached, or said that it is out of order before taking anything: nothing happened.
    #[error("the server cannot be reached: {0}")]
    Away(String),
    /// The answer was lost; it may have happened.
    #[error("no answer came: {0}")]
    Unanswered(String),
    /// An answer came that makes no sense; it may have happened.
    #[error("the answer could not be understood: {0}")]
    Garbled(String),
    /// The address guard, or a size or time limit of ours, stopped the call before it went out.
    #[error("{0}")]
    Forbidden(String),
}

impl NetworkError {
    /// May the call have had its effect?
    pub fn happened(&self) -> Happened {
        match self {
            NetworkError::Unanswered(_) | NetworkError::Garbled(_) => Happened::Maybe,
            _ => Happened::No,
        }
    }
    /// Whether trying the same again later may help.
    pub fn may_pass(&self) -> bool {
        matches!(self, Self::SlowDown { .. } | Self::Away(_) | Self::Unanswered(_) | Self::Garbled(_) | Self::TokenOld)
    }
}
