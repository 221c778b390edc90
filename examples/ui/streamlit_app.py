"""Streamlit: one place that is filled anew, ten times a second at most."""

import streamlit as st
from recipe import Recipe, answer

from partway import stream

place = st.empty()
for recipe in stream(answer(), Recipe).frames(per_second=10):
    with place.container():
        st.header(recipe.title or "…")
        for step in recipe.steps or []:
            st.text(f"• {step}")
        st.caption(f"{recipe.minutes or '…'} minutes")
