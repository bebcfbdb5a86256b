"""Write docs/notices.md from the catalogue and the French language file; ``--print`` writes it to stdout instead."""

from pages import publish, table

from passerelles.language import packaged
from passerelles.language.say import say
from passerelles.notices import CATALOGUE, LISTED, Severity

_HEAD = f"""# Catalogue des avis

<!-- Écrit par docs/make_notices.py : modifiez les fichiers de langue, puis lancez ce script. -->

Tout ce que la lecture d'un fichier peut trouver à dire : un référentiel, un référentiel de branche, un marché, une
géographie, une liste d'emplois. `passerelles validate CHEMIN` donne les avis d'un référentiel, `Referential.notices`
les garde, et `load_referential(..., strict=True)` refuse un référentiel qui a des erreurs.

- **erreur** : quelque chose est perdu ou incohérent ; `validate` sort avec le code 1.
- **avertissement** : tout ce qui peut être lu l'est, mais il manque quelque chose ou c'est étrange.
- **information** : rien n'est perdu ; c'est bon à savoir.

La colonne « écarte » dit si chaque occurrence est un enregistrement laissé de côté : la somme de ces occurrences est le
nombre d'enregistrements écartés que `validate` affiche. « bloquant » : sans ce qui manque, il n'y a pas de référentiel.

Au-delà de {LISTED} occurrences d'un même avis dans un même fichier, un seul avis les représente toutes : il porte leur
nombre, la ligne et les détails de la première. Les lignes sont celles du fichier, l'en-tête étant la ligne 1.
"""
_TITLES: dict[Severity, str] = {"error": "Erreurs", "warning": "Avertissements", "info": "Informations"}


def page() -> str:
    """Return the whole page."""
    words = packaged("passerelles.language", "fr", "notices.toml")
    parts = [_HEAD]
    for severity, title in _TITLES.items():
        rows = []
        for code, kind in CATALOGUE.items():
            if kind.severity == severity:
                cells = [words[part][code].replace("|", "\\|") for part in ("what", "action")]
                mark = "bloquant" if kind.fatal else "oui" if kind.drops else ""
                rows.append((f"`{code}`", say(f"validation.severity.{severity}"), *cells, mark))
        parts.append(f"## {title}\n\n{table(('code', 'gravité', 'constat', 'suite', 'écarte'), rows)}\n")
    return "\n".join(parts)


if __name__ == "__main__":
    publish("notices.md", page())
