//! The ledger's lines and their fold: any bytes are a state or an error that shows nothing of them; a state that was
//! read is read again from the same bytes, and a line that is cut off costs that line alone.
#![no_main]

use campaignctl::ledger::fold;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    match fold(data, "fuzz") {
        Ok((state, extent)) => {
            let good = usize::try_from(extent.bytes).unwrap();
            assert!(good <= data.len());
            let (again, whole) = fold(&data[..good], "fuzz").unwrap();
            assert_eq!(again, state);
            assert_eq!((whole.records, whole.torn), (extent.records, None));
            assert_eq!(extent.torn.is_some(), good < data.len());
        }
        Err(error) => {
            assert!(!error.hint().is_empty());
            assert!(format!("{error} {error:?}").len() < 4_000, "an error does not carry a line");
        }
    }
});
