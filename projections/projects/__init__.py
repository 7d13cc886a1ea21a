"""The balances of projects (项目余额表): of one-matter-one-discussion funds and earmarked payables."""

from projections.projects.query import ProjectReport, ProjectRow, projects

__all__ = ["ProjectReport", "ProjectRow", "projects"]
