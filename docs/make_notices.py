"""Write docs/notices.md from the catalogue and the French language file; ``--print`` writes it to stdout instead."""

from pages import publish, table

from passerelles.language import packaged
from passerelles.notices import CATALOGUE, LISTED, Severity

_HEAD = f"""# Catalogue des avis

<!-- Écrit par docs/make_notices.py : modifiez les fichiers de langue, puis lancez ce script. -->

Tout ce que la lecture d'un fichier peut trouver à dire, et que faire : pour qui contrôle un référentiel, un
référentiel de branche, un marché, une géographie ou une liste d'emplois, et cherche le sens d'un code.

```sh
passerelles validate CHEMIN      # les avis d'un référentiel ; code de sortie 1 s'il y a des erreurs
```

En Python, `load_referential(CHEMIN).notices` les donne, et `load_referential(CHEMIN, strict=True)` refuse un
référentiel qui a des erreurs.

- **Erreur** : quelque chose est perdu ou incohérent.
- **Avertissement** : tout ce qui peut être lu l'est, mais il manque quelque chose ou c'est étrange.
- **Information** : rien n'est perdu ; c'est bon à savoir.

Colonne « écarte » : « oui » quand chaque occurrence est un enregistrement laissé de côté ; `validate` en affiche le
nombre. « Bloquant » : sans ce qui manque, il n'y a pas de référentiel. Entre accolades, ce que l'avis nomme.

Au-delà de {LISTED} occurrences d'un même avis dans un même fichier, un seul avis les représente toutes. Il porte
leur nombre, la ligne et les détails de la première. Les lignes sont celles du fichier, l'en-tête étant la ligne 1.
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
                rows.append((f"`{code}`", *cells, mark))
        parts.append(f"## {title}\n\n{table(('code', 'constat', 'suite', 'écarte'), rows)}\n")
    return "\n".join(parts)


if __name__ == "__main__":
    publish("notices.md", page())
