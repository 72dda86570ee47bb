# SPDX-License-Identifier: GPL-2.0-or-later
# Of one package at a time, PACKAGE, built as its BUILD_VARIANT.
#
#     make tell                 what is set, VARIABLE=VALUE
#     make prepare              its sources, into PKG_BUILD_DIR
#     make stage ROOT=FOLDER    its files and CONTROL

# what stands before the include: a package is built anew when these, or its folder, change
FILE_DEPENDS := $(PKG_FILE_DEPENDS)

FIELDS := SECTION CATEGORY SUBMENU TITLE DEPENDS VARIANT DEFAULT_VARIANT PROVIDES CONFLICTS USERID

# The kernel of 25.12; +!LINUX_A:NAME and +!(LINUX_A||LINUX_B):NAME are for all others.
LINUX := 6_12
open := (
close := )
others = $(filter LINUX_$(LINUX),$(subst $(open), ,$(subst $(close), ,$(subst ||, ,$(subst !, ,$(1))))))
for_kernel = $(if $(findstring :,$(1)),$(if $(call others,$(firstword $(subst :, ,$(1)))),,+$(lastword $(subst :, ,$(1)))),$(1))

define BuildPackage
$(if $(filter $(1),$(PACKAGE)),$(if $(Package/$(1)),,$(error there is no Package/$(1)))$(eval $(Package/$(1))) \
	$(eval DEPENDS := $$(foreach each,$(DEPENDS),$$(call for_kernel,$$(each)))))
PACKAGES += $(1)
endef

.PHONY: tell names prepare stage
prepare:
	$(Build/Prepare)

names:
	@echo $(PACKAGES)

tell:
	@$(foreach field,PKG_NAME PKG_VERSION PKG_RELEASE PKG_MAINTAINER PKG_LICENSE PKG_LICENSE_FILES \
		$(FIELDS) FILE_DEPENDS MESON_ARGS,$(info $(field)=$(strip $($(field))))):

export CONFFILES = $(Package/$(PACKAGE)/conffiles)
export POSTINST = $(Package/$(PACKAGE)/postinst)
export PRERM = $(Package/$(PACKAGE)/prerm)
export DESCRIPTION = $(or $(Package/$(PACKAGE)/description),$(TITLE))

comma := ,
empty :=
depends = $(subst $(empty) ,$(comma) ,$(strip $(patsubst +%,%,$(DEPENDS))))

# A conffile that the package brings not is kept by sysupgrade all the same.
stage:
	$(call Package/$(PACKAGE)/install,$(ROOT))
	@for file in $$CONFFILES; do \
		[ -f "$(ROOT)$$file" ] || { mkdir -p $(ROOT)/lib/upgrade/keep.d && \
			echo "$$file" >>$(ROOT)/lib/upgrade/keep.d/$(PACKAGE); }; \
	done
	@mkdir -p $(ROOT)/CONTROL
	@{ echo "Package: $(PACKAGE)"; \
		echo "Version: $(PKG_VERSION)-r$(PKG_RELEASE)"; \
		echo "Depends: $(depends)"; \
		$(if $(CONFLICTS),echo "Conflicts: $(CONFLICTS)";) \
		$(if $(PROVIDES),echo "Provides: $(PROVIDES)";) \
		echo "Source: feeds/goaway/$(PKG_NAME)"; \
		echo "SourceName: $(PKG_NAME)"; \
		echo "License: $(PKG_LICENSE)"; \
		$(if $(PKG_LICENSE_FILES),echo "LicenseFiles: $(PKG_LICENSE_FILES)";) \
		echo "Section: $(SECTION)"; \
		$(if $(USERID),echo "Require-User: $(USERID)";) \
		echo "Maintainer: $(PKG_MAINTAINER)"; \
		echo "Architecture: $(ARCHITECTURE)"; \
		echo "Installed-Size: 0"; \
		printf "Description: "; echo "$$DESCRIPTION" | sed 's/^[[:space:]]*/ /'; } >$(ROOT)/CONTROL/control
	@[ -z "$$CONFFILES" ] || echo "$$CONFFILES" >$(ROOT)/CONTROL/conffiles
	@[ -z "$$POSTINST" ] || { echo "$$POSTINST" >$(ROOT)/CONTROL/postinst && chmod 755 $(ROOT)/CONTROL/postinst; }
	@[ -z "$$PRERM" ] || { echo "$$PRERM" >$(ROOT)/CONTROL/prerm && chmod 755 $(ROOT)/CONTROL/prerm; }
