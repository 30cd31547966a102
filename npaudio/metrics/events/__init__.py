"""Metrics of sound events in time: matching, segments, intersections, PSDS, and what became of every event."""
