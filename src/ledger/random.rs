//! The two random values a ledger needs. The only source of randomness in this layer.

use super::error::LedgerError;
use crate::model::Salt;

/// A new run id: 16 hexadecimal digits.
pub fn new_run_id() -> Result<String, LedgerError> {
    let number = getrandom::u64().map_err(|error| LedgerError::Random(error.to_string()))?;
    Ok(format!("{number:016x}"))
}

/// A new key for audience digests; made once for a ledger, and written in its `bound` event.
pub fn new_salt() -> Result<Salt, LedgerError> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|error| LedgerError::Random(error.to_string()))?;
    Ok(Salt::new(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn run_ids_and_salts_do_not_repeat() {
        assert_ne!(new_run_id().unwrap(), new_run_id().unwrap());
        assert_eq!(new_run_id().unwrap().len(), 16);
        assert_ne!(new_salt().unwrap(), new_salt().unwrap());
    }
}
