"""Sound and score become a film: frames drawn straight into YUV planes, encoded as H.264. It never makes a sound."""

from studio.film.layout import bar_boxes, roll_geometry
from studio.film.look import Aspect, Look
from studio.film.make import Film, make_film
from studio.film.tune_picture import draw_tune

__all__ = ["Aspect", "Film", "Look", "bar_boxes", "draw_tune", "make_film", "roll_geometry"]
