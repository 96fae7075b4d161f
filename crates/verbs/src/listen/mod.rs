//! Finding the conversation worth joining: topics, where they are followed, and what they brought.
