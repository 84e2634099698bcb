@% if slots.config %@
@{ slots.config }@
@% endif %@
