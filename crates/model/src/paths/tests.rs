use proptest::prelude::*;

use super::*;

const PEOPLE: u32 = 9;

/// Every way without a detour, at most so long, as all that walk it one by one.
fn all_ways(bonds: &[Bond], (from, to): (Node, Node), hops_max: usize, barred: &[Node]) -> Vec<Chain> {
    fn walk(bonds: &[Bond], way: &mut Vec<Node>, weakest: f32, (to, hops_max): (Node, usize), barred: &[Node], found: &mut Vec<Chain>) {
        let here = way[way.len() - 1];
        if here == to {
            found.push(Chain { people: way.clone(), weakest });
            return;
        }
        if way.len() > hops_max || (way.len() > 1 && barred.contains(&here)) {
            return;
        }
        for b in bonds {
            let other = match here {
                x if x == b.a => b.b,
                x if x == b.b => b.a,
                _ => continue,
            };
            if !way.contains(&other) {
                way.push(other);
                walk(bonds, way, weakest.min(b.strength), (to, hops_max), barred, found);
                way.pop();
            }
        }
    }
    let mut found = Vec::new();
    walk(bonds, &mut vec![from], f32::INFINITY, (to, hops_max), barred, &mut found);
    found
}

fn best_of(ways: &[Chain]) -> Option<(f32, usize)> {
    ways.iter().map(|w| (w.weakest, w.hops())).max_by(|x, y| x.0.total_cmp(&y.0).then(y.1.cmp(&x.1)))
}

fn bonds() -> impl Strategy<Value = Vec<Bond>> {
    proptest::collection::vec((0..PEOPLE, 0..PEOPLE, -6..6_i32), 0..24).prop_map(|all| {
        let mut bonds: Vec<Bond> = Vec::new();
        for (a, b, quarter) in all {
            let is_known = bonds.iter().any(|x| (x.a, x.b) == (a, b) || (x.a, x.b) == (b, a));
            if a != b && !is_known {
                bonds.push(Bond { a, b, strength: quarter as f32 / 4.0 });
            }
        }
        bonds
    })
}

fn wish(hops_max: usize, is_through_others: bool) -> Wish {
    Wish { hops_max, is_through_others }
}

fn is_way(bonds: &[Bond], chain: &Chain) -> bool {
    let strength = |a, b| bonds.iter().find(|x| (x.a, x.b) == (a, b) || (x.a, x.b) == (b, a)).map(|x| x.strength);
    let weakest = chain.people.windows(2).map(|p| strength(p[0], p[1])).collect::<Option<Vec<f32>>>();
    weakest.is_some_and(|all| all.into_iter().fold(f32::INFINITY, f32::min) == chain.weakest)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn the_strongest_way_is_the_best_of_all_ways(bonds in bonds(), hops_max in 1..=HOPS_MAX, is_through in any::<bool>(), barred in proptest::collection::vec(0..PEOPLE, 0..3)) {
        let graph = Graph::build(PEOPLE as usize, &bonds);
        let mut ways = all_ways(&bonds, (0, 1), hops_max, &barred);
        ways.retain(|w| !is_through || w.hops() > 1);
        let found = strongest(&mut &graph, (0, 1), wish(hops_max, is_through), &|who| barred.contains(&who), &mut Room::new());
        prop_assert_eq!(found.as_ref().map(|c| (c.weakest, c.hops())), best_of(&ways));
        if let Some(chain) = found {
            prop_assert!(is_way(&bonds, &chain) && ways.iter().any(|w| w.people == chain.people), "{:?}", chain);
        }
    }

    #[test]
    fn the_shortest_way_is_as_short_as_any(bonds in bonds(), from in 0..PEOPLE, to in 0..PEOPLE) {
        let graph = Graph::build(PEOPLE as usize, &bonds);
        let expected = all_ways(&bonds, (from, to), PEOPLE as usize, &[]).iter().map(Chain::hops).min();
        let mut room = ShortRoom::new();
        for _ in 0..2 {
            let found = shortest(&mut &graph, from, to, &mut room);
            prop_assert_eq!(found.as_ref().map(Chain::hops), expected);
            prop_assert!(found.is_none_or(|c| c.hops() == 0 || is_way(&bonds, &c)));
        }
    }

    #[test]
    fn ways_apart_share_nobody_and_begin_with_the_best(bonds in bonds()) {
        let graph = Graph::build(PEOPLE as usize, &bonds);
        let mut room = Room::new();
        let ways = apart(&mut &graph, (0, 1), wish(HOPS_MAX, true), 3, &|_| false, &mut room);
        let mut all = all_ways(&bonds, (0, 1), HOPS_MAX, &[]);
        all.retain(|w| w.hops() > 1);
        prop_assert_eq!(ways.first().map(|c| (c.weakest, c.hops())), best_of(&all));
        for (i, one) in ways.iter().enumerate() {
            prop_assert!(is_way(&bonds, one));
            for other in &ways[..i] {
                prop_assert!(!one.between().iter().any(|who| other.between().contains(who)));
                prop_assert!((other.weakest, one.hops()) >= (one.weakest, other.hops()) || other.weakest > one.weakest);
            }
        }
    }

}

proptest! {
    // Every two of nine people after every change: fewer cases than above, since each holds so many.
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn strengths_that_changed_give_what_a_new_build_gives(
        bonds in bonds(), changes in proptest::collection::vec((0..PEOPLE, 0..PEOPLE, -6..6_i32), 0..40),
    ) {
        let mut graph = Graph::build(PEOPLE as usize, &bonds);
        let mut after = bonds;
        for (a, b, quarter) in changes {
            let strength = quarter as f32 / 4.0;
            prop_assert_eq!(graph.set(a, b, strength), a != b);
            match after.iter_mut().find(|x| (x.a, x.b) == (a, b) || (x.a, x.b) == (b, a)) {
                Some(known) => known.strength = strength,
                None if a != b => after.push(Bond { a, b, strength }),
                None => {}
            }
        }
        prop_assert_eq!(graph.ties(), after.len());
        for from in 0..PEOPLE {
            for to in 0..PEOPLE {
                let expected = after.iter().find(|x| (x.a, x.b) == (from, to) || (x.a, x.b) == (to, from)).map(|x| x.strength);
                prop_assert_eq!(graph.strength(from, to), expected);
                let found = strongest(&mut &graph, (from, to), wish(HOPS_MAX, false), &|_| false, &mut Room::new());
                let ways = if from == to { Vec::new() } else { all_ways(&after, (from, to), HOPS_MAX, &[]) };
                prop_assert_eq!(found.map(|c| (c.weakest, c.hops())), best_of(&ways));
            }
        }
    }
}

#[test]
fn a_row_stays_in_the_order_of_its_rungs() {
    let mut bonds: Vec<Bond> = (1..200).map(|b| Bond { a: 0, b, strength: (b % 17) as f32 / 3.0 }).collect();
    bonds.push(Bond { a: 3, b: 3, strength: 1.0 });
    bonds.push(Bond { a: 3, b: 900, strength: 1.0 });
    let mut graph = Graph::build(200, &bonds);
    assert_eq!(graph.ties(), 199, "somebody with themselves, and a stranger, are left out");
    for step in 0..2_000_u32 {
        graph.set(1 + step * 7 % 199, 0, (step * 31 % 101) as f32 / 9.0);
        let mut last = i32::MAX;
        (&graph).each(0, f32::NEG_INFINITY, &mut |_, strength| {
            assert!(rung(strength) <= last, "step {step}");
            last = rung(strength);
        });
    }
    let mut shown = 0;
    (&graph).each(0, 5.0, &mut |_, _| shown += 1);
    assert!(shown < graph.ties_of(0), "what is far weaker is not read");
}
