# SPDX-License-Identifier: GPL-2.0-or-later
# Of one package at a time, PACKAGE, built as its BUILD_VARIANT.
#
#     make tell                 what is set, VARIABLE=VALUE
#     make prepare              its sources, into PKG_BUILD_DIR
#     make stage ROOT=FOLDER    its files and CONTROL

FIELDS := SECTION CATEGORY SUBMENU TITLE DEPENDS VARIANT DEFAULT_VARIANT PROVIDES CONFLICTS USERID

define BuildPackage
$(if $(filter $(1),$(PACKAGE)),$(if $(Package/$(1)),,$(error there is no Package/$(1)))$(eval $(Package/$(1))))
PACKAGES += $(1)
endef

.PHONY: tell names prepare stage
prepare:
	$(Build/Prepare)

names:
	@echo $(PACKAGES)

tell:
	@$(foreach field,PKG_NAME PKG_VERSION PKG_RELEASE PKG_MAINTAINER PKG_LICENSE PKG_LICENSE_FILES \
		$(FIELDS) MESON_ARGS,$(info $(field)=$(strip $($(field))))):

export CONFFILES = $(Package/$(PACKAGE)/conffiles)
export PRERM = $(Package/$(PACKAGE)/prerm)
export DESCRIPTION = $(Package/$(PACKAGE)/description)

comma := ,
empty :=
depends = $(subst $(empty) ,$(comma) ,$(strip $(patsubst +%,%,$(DEPENDS))))

stage:
	$(call Package/$(PACKAGE)/install,$(ROOT))
	@mkdir -p $(ROOT)/CONTROL
	@{ echo "Package: $(PACKAGE)"; \
		echo "Version: $(PKG_VERSION)-r$(PKG_RELEASE)"; \
		echo "Depends: $(depends)"; \
		$(if $(CONFLICTS),echo "Conflicts: $(CONFLICTS)";) \
		$(if $(PROVIDES),echo "Provides: $(PROVIDES)";) \
		echo "License: $(PKG_LICENSE)"; \
		echo "Section: $(SECTION)"; \
		echo "Require-User: $(USERID)"; \
		echo "Maintainer: $(PKG_MAINTAINER)"; \
		echo "Architecture: $(ARCHITECTURE)"; \
		echo "Installed-Size: 0"; \
		echo "Description:" $$DESCRIPTION; } >$(ROOT)/CONTROL/control
	@[ -z "$$CONFFILES" ] || echo "$$CONFFILES" >$(ROOT)/CONTROL/conffiles
	@[ -z "$$PRERM" ] || { echo "$$PRERM" >$(ROOT)/CONTROL/prerm && chmod 755 $(ROOT)/CONTROL/prerm; }
