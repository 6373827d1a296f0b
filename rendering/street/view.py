"""Where points of the street fall in the picture of a camera that drives along it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

UP: Floats = np.array([0.0, 1.0, 0.0])


@dataclass(frozen=True, slots=True)
class Pose:
    """Where a camera is and looks: meters to the right, up and ahead, radians to the right and up."""

    x: float
    z: float
    yaw: float
    pitch: float = 0.0
    height: float = 1.35


@dataclass(frozen=True, slots=True)
class StreetView:
    """One camera's picture at one moment.

    Attributes:
        size: width, height in pixels.
        focal: focal length in pixels.
        pose: of the camera.
    """

    size: tuple[int, int]
    focal: float
    pose: Pose

    @property
    def horizon(self) -> float:
        """The row of the horizon."""
        return self.size[1] * 0.42 + self.focal * math.tan(self.pose.pitch)

    def matrix(self) -> Floats:
        """Return what turns a point, seen from the camera's place, into column, row and depth (3, 3)."""
        sin_yaw, cos_yaw = math.sin(self.pose.yaw), math.cos(self.pose.yaw)
        sin_pitch, cos_pitch = math.sin(self.pose.pitch), math.cos(self.pose.pitch)
        right = np.array([cos_yaw, 0.0, -sin_yaw])
        down = np.array([sin_yaw * sin_pitch, -cos_pitch, cos_yaw * sin_pitch])
        ahead = np.array([sin_yaw * cos_pitch, sin_pitch, cos_yaw * cos_pitch])
        column = self.focal * right + self.size[0] / 2 * ahead
        row = self.focal * down + self.size[1] * 0.42 * ahead
        return np.stack([column, row, ahead])

    @property
    def place(self) -> Floats:
        """Where the camera is (3,)."""
        return np.array([self.pose.x, self.pose.height, self.pose.z])

    def project(self, points: Floats) -> Floats:
        """Return columns, rows and depths in meters (n, 3) of points (n, 3); behind the camera depths are negative."""
        seen = (points - self.place) @ self.matrix().T
        depth = np.where(np.abs(seen[:, 2:]) < 1e-6, 1e-6, seen[:, 2:])
        projected: Floats = np.concatenate([seen[:, :2] / depth, seen[:, 2:]], axis=1)
        return projected
