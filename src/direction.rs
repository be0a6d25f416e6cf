//! Where an element of a list moves.

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    Up,
    Down,
}

impl Direction {
    /// `up`; any other word is down.
    pub fn parse(word: &str) -> Self {
        if word == "up" { Self::Up } else { Self::Down }
    }

    /// Moves an element of a list by one position. Returns false at the end of the list, where nothing changes.
    pub fn shift<T>(self, list: &mut [T], index: usize) -> bool {
        let other = match self {
            Self::Up => index.checked_sub(1),
            Self::Down => Some(index + 1).filter(|other| *other < list.len()),
        };
        if let Some(other) = other {
            list.swap(index, other);
        }
        other.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_element_moves_by_one_position() {
        let mut list = [1, 2, 3];
        assert!(Direction::Up.shift(&mut list, 1));
        assert_eq!(list, [2, 1, 3]);
        assert!(Direction::Down.shift(&mut list, 1));
        assert_eq!(list, [2, 3, 1]);
        assert!(!Direction::Up.shift(&mut list, 0));
        assert!(!Direction::Down.shift(&mut list, 2));
        assert_eq!(list, [2, 3, 1]);
    }
}
