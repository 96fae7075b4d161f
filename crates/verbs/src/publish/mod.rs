//! Saying something in several places, exactly once: fitting, planning, delivering, reconciling.
