//! Départements: codes are texts (`01`, `2A`, `971`), in the order people expect, with their names and time zones.
//!
//! Entry points: [`ALL`] (101), [`COLLECTIVITIES`] (allowed in forms, not counted among the 101), [`name`], [`zone`].

/// The 101 départements, `2A` and `2B` between `19` and `21`.
#[rustfmt::skip]
pub const ALL: &[(&str, &str)] = &[
    ("01", "Ain"), ("02", "Aisne"), ("03", "Allier"), ("04", "Alpes-de-Haute-Provence"), ("05", "Hautes-Alpes"),
    ("06", "Alpes-Maritimes"), ("07", "Ardèche"), ("08", "Ardennes"), ("09", "Ariège"), ("10", "Aube"),
    ("11", "Aude"), ("12", "Aveyron"), ("13", "Bouches-du-Rhône"), ("14", "Calvados"), ("15", "Cantal"),
    ("16", "Charente"), ("17", "Charente-Maritime"), ("18", "Cher"), ("19", "Corrèze"), ("2A", "Corse-du-Sud"),
    ("2B", "Haute-Corse"), ("21", "Côte-d’Or"), ("22", "Côtes-d’Armor"), ("23", "Creuse"), ("24", "Dordogne"),
    ("25", "Doubs"), ("26", "Drôme"), ("27", "Eure"), ("28", "Eure-et-Loir"), ("29", "Finistère"), ("30", "Gard"),
    ("31", "Haute-Garonne"), ("32", "Gers"), ("33", "Gironde"), ("34", "Hérault"), ("35", "Ille-et-Vilaine"),
    ("36", "Indre"), ("37", "Indre-et-Loire"), ("38", "Isère"), ("39", "Jura"), ("40", "Landes"),
    ("41", "Loir-et-Cher"), ("42", "Loire"), ("43", "Haute-Loire"), ("44", "Loire-Atlantique"), ("45", "Loiret"),
    ("46", "Lot"), ("47", "Lot-et-Garonne"), ("48", "Lozère"), ("49", "Maine-et-Loire"), ("50", "Manche"),
    ("51", "Marne"), ("52", "Haute-Marne"), ("53", "Mayenne"), ("54", "Meurthe-et-Moselle"), ("55", "Meuse"),
    ("56", "Morbihan"), ("57", "Moselle"), ("58", "Nièvre"), ("59", "Nord"), ("60", "Oise"), ("61", "Orne"),
    ("62", "Pas-de-Calais"), ("63", "Puy-de-Dôme"), ("64", "Pyrénées-Atlantiques"), ("65", "Hautes-Pyrénées"),
    ("66", "Pyrénées-Orientales"), ("67", "Bas-Rhin"), ("68", "Haut-Rhin"), ("69", "Rhône"), ("70", "Haute-Saône"),
    ("71", "Saône-et-Loire"), ("72", "Sarthe"), ("73", "Savoie"), ("74", "Haute-Savoie"), ("75", "Paris"),
    ("76", "Seine-Maritime"), ("77", "Seine-et-Marne"), ("78", "Yvelines"), ("79", "Deux-Sèvres"), ("80", "Somme"),
    ("81", "Tarn"), ("82", "Tarn-et-Garonne"), ("83", "Var"), ("84", "Vaucluse"), ("85", "Vendée"),
    ("86", "Vienne"), ("87", "Haute-Vienne"), ("88", "Vosges"), ("89", "Yonne"), ("90", "Territoire de Belfort"),
    ("91", "Essonne"), ("92", "Hauts-de-Seine"), ("93", "Seine-Saint-Denis"), ("94", "Val-de-Marne"),
    ("95", "Val-d’Oise"), ("971", "Guadeloupe"), ("972", "Martinique"), ("973", "Guyane"), ("974", "La Réunion"),
    ("976", "Mayotte"),
];

/// Overseas collectivities: allowed, not counted among the 101.
pub const COLLECTIVITIES: &[(&str, &str)] = &[
    ("975", "Saint-Pierre-et-Miquelon"),
    ("977", "Saint-Barthélemy"),
    ("978", "Saint-Martin"),
    ("986", "Wallis-et-Futuna"),
    ("987", "Polynésie française"),
    ("988", "Nouvelle-Calédonie"),
];

/// Every code a form accepts, with its name, in the order of a list to choose from.
pub fn choices() -> impl Iterator<Item = (&'static str, &'static str)> {
    ALL.iter().chain(COLLECTIVITIES).copied()
}

/// The name of a code; `None` for what is no code.
pub fn name(code: &str) -> Option<&'static str> {
    choices().find(|(known, _)| *known == code).map(|(_, name)| name)
}

/// Who protects children in a département, as code and name, the usual one first. It is the département itself but where
/// a metropolis or a single collectivity does it.
pub fn authorities(code: &str) -> &'static [(&'static str, &'static str)] {
    match code {
        "2A" | "2B" => &[("20", "Collectivité de Corse")],
        "67" | "68" => &[("6AE", "Collectivité européenne d’Alsace")],
        "69" => &[("69D", "Département du Rhône"), ("69M", "Métropole de Lyon")],
        "75" => &[("75", "Ville de Paris")],
        "972" => &[("972", "Collectivité territoriale de Martinique")],
        "973" => &[("973", "Collectivité territoriale de Guyane")],
        "976" => &[("976", "Département-Région de Mayotte")],
        _ => &[],
    }
}

/// The authority a form means: the one it names when the département has it, otherwise the usual one.
pub fn authority<'a>(departement: &'a str, named: &'a str) -> &'a str {
    let known = authorities(departement);
    let chosen = known.iter().find(|(code, _)| *code == named).or(known.first());
    chosen.map_or(departement, |(code, _)| code)
}

/// The time zone of its prefecture.
pub fn zone(code: &str) -> &'static str {
    match code {
        "971" | "977" | "978" => "America/Guadeloupe",
        "972" => "America/Martinique",
        "973" => "America/Cayenne",
        "974" => "Indian/Reunion",
        "975" => "America/Miquelon",
        "976" => "Indian/Mayotte",
        "986" => "Pacific/Wallis",
        "987" => "Pacific/Tahiti",
        "988" => "Pacific/Noumea",
        _ => "Europe/Paris",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_101_and_corsica_is_in_its_place() {
        assert_eq!(ALL.len(), 101);
        let at = |code| ALL.iter().position(|(known, _)| *known == code).unwrap();
        assert_eq!(at("2A"), at("19") + 1);
        assert_eq!(at("21"), at("2B") + 1);
        assert_eq!(name("20"), None);
        assert_eq!(name("2B"), Some("Haute-Corse"));
        assert_eq!(zone("974"), "Indian/Reunion");
    }
}
