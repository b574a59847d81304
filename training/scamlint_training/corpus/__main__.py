"""``python -m scamlint_training.corpus``."""

from scamlint_training.corpus.commands import main

if __name__ == "__main__":
    main()
