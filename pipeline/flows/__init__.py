"""Prefect flows around the stages: the only place that imports prefect."""
