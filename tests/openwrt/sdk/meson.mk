# SPDX-License-Identifier: GPL-2.0-or-later
# Hands MESON_ARGS to meson; the package may only add to it.
MESON_ARGS :=
